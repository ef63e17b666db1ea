// @azure/arm-resourcesdeployments: the same operations at each of four scopes, and at a scope by its id.
import assert from "node:assert/strict";
import { all, env, fails, load, options, who } from "./way.mjs";

const client = new (load("@azure/arm-resourcesdeployments").DeploymentsClient)(who, env.SUBSCRIPTION_ID, options);
const { deployments: made, deploymentOperations: steps } = client;
const template = (kind) => ({
  $schema: `https://schema.management.azure.com/schemas/2019-08-01/${kind}#`,
  contentVersion: "1.0.0.0",
  parameters: { word: { type: "string" } },
  resources: [],
  outputs: { said: { type: "string", value: "[concat(parameters('word'), '!')]" } },
});
const kinds = [
  ["", "deploymentTemplate.json", ["web"]],
  ["AtSubscriptionScope", "subscriptionDeploymentTemplate.json", []],
  ["AtManagementGroupScope", "managementGroupDeploymentTemplate.json", ["contoso-root"]],
  ["AtTenantScope", "tenantDeploymentTemplate.json", []],
  ["AtScope", "subscriptionDeploymentTemplate.json", [`subscriptions/${env.SUBSCRIPTION_ID}`]],
];
for (const [where, kind, place] of kinds) {
  const properties = { mode: "Incremental", template: template(kind), parameters: { word: { value: "node" } } };
  const body = where ? { location: "westeurope", properties } : { properties };
  const one = [...place, "swept"];
  const valid = await made[`validate${where}`](...one, body);
  assert.equal(valid.properties.provisioningState, "Succeeded");
  if (where !== "AtScope") {
    const compared = await made[`whatIf${where}`](...one, body);
    assert.deepEqual([compared.status, (compared.changes ?? []).filter((change) => change.changeType !== "Ignore")], ["Succeeded", []]);
  }
  const done = await made[`createOrUpdate${where}`](...one, body, { updateIntervalInMs: 1000 });
  assert.equal(done.properties.outputs.said.value, "node!");
  assert.equal((await made[`checkExistence${where}`](...one)).body, true);
  assert.equal((await made[`get${where}`](...one)).properties.provisioningState, "Succeeded");
  const listing = where ? made[`list${where}`] : made.listByResourceGroup;
  assert((await all(listing(...place))).some((found) => found.name === "swept"));
  const exported = await made[`exportTemplate${where}`](...one);
  assert.equal(exported.template.outputs.said.type, "string");
  const [step] = await all(steps[`list${where}`](...one));
  assert.equal((await steps[`get${where}`](...one, step.operationId)).operationId, step.operationId);
  await fails(made[`cancel${where}`](...one), 409, "DeploymentCannotBeCanceled");
  await made[`delete${where}`](...one);
  assert.equal((await made[`checkExistence${where}`](...one)).body, false);
}
assert((await made.calculateTemplateHash(template("deploymentTemplate.json"))).templateHash);
console.log("done");
