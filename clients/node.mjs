// The JavaScript SDKs: subscriptions, groups, roles, a deployment. There is no package for Microsoft.ManagedServices.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_FOLDER + "/package.json");
const load = (name) => require(name);
const { ClientSecretCredential } = load("@azure/identity");
const { SubscriptionClient } = load("@azure/arm-resources-subscriptions");
const { ResourceManagementClient } = load("@azure/arm-resources");
const { AuthorizationManagementClient } = load("@azure/arm-authorization");
const { DeploymentsClient } = load("@azure/arm-resourcesdeployments");

const env = process.env;
const endpoint = env.LIGHTKEEPER_ARM;
const options = { endpoint, credentialScopes: ["https://management.core.windows.net//.default"] };
const who = new ClientSecretCredential(env.TENANT_ID, env.CLIENT_ID, env.CLIENT_SECRET, {
  authorityHost: env.AZURE_AUTHORITY_HOST,
  disableInstanceDiscovery: true,
});
const all = async (pages) => {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
};

const subscriptions = await all(new SubscriptionClient(who, options).subscriptions.list());
assert.deepEqual(subscriptions.map((one) => one.displayName).sort(), ["contoso-prod", "contoso-test"]);

const resources = new ResourceManagementClient(who, env.SUBSCRIPTION_ID, options);
await resources.resourceGroups.createOrUpdate("node", { location: "westeurope" });
assert((await all(resources.resourceGroups.list())).some((one) => one.name === "node"));
await resources.resourceGroups.beginDeleteAndWait("node");

const access = new AuthorizationManagementClient(who, env.SUBSCRIPTION_ID, options);
const scope = `/subscriptions/${env.SUBSCRIPTION_ID}`;
const roles = await all(access.roleDefinitions.list(scope, { filter: "roleName eq 'Reader'" }));
assert.equal(roles[0].name, env.READER);
assert((await all(access.roleAssignments.listForScope(scope))).length > 0);

const template = {
  $schema: "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  resources: [],
  outputs: { name: { type: "string", value: "[subscription().displayName]" } },
};
const { deployments } = new DeploymentsClient(who, env.SUBSCRIPTION_ID, options);
const done = await deployments.createOrUpdateAtSubscriptionScope("node", {
  location: "westeurope",
  properties: { mode: "Incremental", template },
});
assert.equal(done.properties.outputs.name.value, "contoso-prod");
console.log("done");
