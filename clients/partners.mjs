// The JavaScript SDKs: a partner link made, changed and ended; eligible and standing roles.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_FOLDER + "/package.json");
const { ClientSecretCredential } = require("@azure/identity");
const { ACEProvisioningManagementPartnerAPI } = require("@azure/arm-managementpartner");
const { AuthorizationManagementClient } = require("@azure/arm-authorization");

const env = process.env;
const endpoint = env.LIGHTKEEPER_ARM;
const options = { endpoint, $host: endpoint, credentialScopes: ["https://management.core.windows.net//.default"] };
const who = new ClientSecretCredential(env.TENANT_ID, env.CLIENT_ID, env.CLIENT_SECRET, {
  authorityHost: env.AZURE_AUTHORITY_HOST,
  disableInstanceDiscovery: true,
});

const partners = new ACEProvisioningManagementPartnerAPI(who, options);
const made = await partners.partner.create("4759000");
assert.equal(made.partnerId, "4759000");
const changed = await partners.partner.update("4759001");
assert.equal(changed.version, made.version + 1);
assert.equal((await partners.partners.get()).partnerId, "4759001");
await partners.partner.delete("4759001");
await assert.rejects(partners.partners.get(), (fault) => fault.statusCode === 404);

const access = new AuthorizationManagementClient(who, env.SUBSCRIPTION_ID, options);
const standing = [];
const scope = `subscriptions/${env.SUBSCRIPTION_ID}`;
for await (const one of access.roleAssignmentScheduleInstances.listForScope(scope, { filter: "asTarget()" })) {
  standing.push(one);
}
assert(standing.length > 0);
console.log("done");
