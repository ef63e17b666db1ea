// Delegation from JavaScript: there is no package for it, so a plain client of @azure/core-client does it.
import assert from "node:assert/strict";
import { HERE, env, load, newId, options, who } from "./way.mjs";

const { ServiceClient } = load("@azure/core-client");
const { createHttpHeaders, createPipelineRequest } = load("@azure/core-rest-pipeline");
const client = new ServiceClient({ endpoint: options.endpoint, credential: who, credentialScopes: options.credentialScopes });
const ask = async (method, path, body) => {
  const request = createPipelineRequest({
    method,
    url: `${options.endpoint}${HERE}/providers/Microsoft.ManagedServices/${path}api-version=2022-10-01`,
    headers: createHttpHeaders({ "content-type": "application/json" }),
    body: body && JSON.stringify({ properties: body }),
  });
  const answer = await client.sendRequest(request);
  return [answer.status, answer.bodyAsText ? JSON.parse(answer.bodyAsText) : null];
};

const [name, other] = [newId(), newId()];
const [made, offer] = await ask("PUT", `registrationDefinitions/${name}?`, {
  registrationDefinitionName: "Care",
  managedByTenantId: env.PROVIDER,
  authorizations: [{ principalId: env.TECHNICIANS, roleDefinitionId: env.READER }],
});
assert.deepEqual([made, offer.properties.provisioningState], [201, "Succeeded"]);
const [linked] = await ask("PUT", `registrationAssignments/${other}?`, { registrationDefinitionId: offer.id });
assert.equal(linked, 201);
const [, listed] = await ask("GET", "registrationAssignments?$expandRegistrationDefinition=true&");
assert.equal(listed.value[0].properties.registrationDefinition.properties.managedByTenantId, env.PROVIDER);
assert.equal((await ask("DELETE", `registrationAssignments/${other}?`))[0], 200);
assert.equal((await ask("DELETE", `registrationDefinitions/${name}?`))[0], 200);
assert.equal((await ask("GET", `registrationDefinitions/${name}?`))[0], 404);
console.log("done");
