// @azure/arm-authorization: roles, assignments, denials, permissions.
import assert from "node:assert/strict";
import { HERE, WEB, all, env, fails, load, newId, options, who } from "./way.mjs";

const client = new (load("@azure/arm-authorization").AuthorizationManagementClient)(who, env.SUBSCRIPTION_ID, options);
const { roleDefinitions: roles, roleAssignments: given, denyAssignments: denied } = client;
const own = newId();
const made = await roles.createOrUpdate(HERE, own, {
  roleName: "Watch node", roleType: "CustomRole", description: "Looks",
  permissions: [{ actions: ["Microsoft.Compute/*/read"] }], assignableScopes: [HERE],
});
assert.deepEqual([made.name, made.roleName, made.roleType], [own, "Watch node", "CustomRole"]);
assert.deepEqual((await roles.get(HERE, own)).permissions[0].actions, ["Microsoft.Compute/*/read"]);
assert.deepEqual((await roles.getById(made.id)).assignableScopes, [HERE]);
assert.deepEqual((await all(roles.list(HERE, { filter: "roleName eq 'Reader'" }))).map((one) => one.name), [env.READER]);
assert.deepEqual((await all(roles.list(HERE, { filter: "type eq 'CustomRole'" }))).map((one) => one.name), [own]);

const name = newId();
const wanted = { roleDefinitionId: made.id, principalId: env.OWNER, principalType: "User", description: "One" };
const one = await given.create(WEB, name, wanted);
assert.deepEqual([one.name, one.scope, one.principalId, one.description], [name, WEB, env.OWNER, "One"]);
assert.equal((await given.create(WEB, name, { ...wanted, description: "Two" })).description, "Two");
await fails(given.create(WEB, newId(), wanted), 409, "RoleAssignmentExists");
assert.equal((await given.get(WEB, name)).roleDefinitionId, made.id);
assert.equal((await given.getById(one.id)).name, name);
const has = async (pages) => (await all(pages)).some((found) => found.name === name);
assert(await has(given.listForScope(WEB, { filter: "atScope()" })));
assert(await has(given.listForResourceGroup("web")));
assert(await has(given.listForSubscription({ filter: `principalId eq '${env.OWNER}'` })));
assert((await all(given.listForSubscription({ filter: `assignedTo('${env.OWNER}')` }))).length > 0);
assert(await has(given.listForResource("web", "Microsoft.Compute", "virtualMachines", "vm1")));
await fails(roles.delete(HERE, own), 409, "RoleDefinitionHasAssignments");
assert.equal((await given.delete(WEB, name)).name, name);
await given.delete(WEB, name);
await given.createById(one.id, wanted);
assert.equal((await given.deleteById(one.id)).name, name);
await fails(given.get(WEB, name), 404, "RoleAssignmentNotFound");
assert.equal((await roles.delete(HERE, own)).name, own);

const vm = ["web", "Microsoft.Compute", "", "virtualMachines", "vm1"];
assert.deepEqual(await all(denied.list()), []);
assert.deepEqual(await all(denied.listForResourceGroup("web")), []);
assert.deepEqual(await all(denied.listForResource(...vm)), []);
assert.deepEqual(await all(denied.listForScope(WEB)), []);
await fails(denied.get(HERE, newId()), 404, "DenyAssignmentNotFound");
const { permissions } = client;
assert((await all(permissions.listForResourceGroup("web"))).some((found) => found.actions.includes("*")));
assert((await all(permissions.listForResource(...vm))).length > 0);

const known = await client.providerOperationsMetadataOperations.get("Microsoft.ManagedServices");
assert(known.resourceTypes.some((type) => type.name === "registrationDefinitions"));
assert((await client.providerOperationsMetadataOperations.list().byPage().next()).value.length > 0);
for (const kind of ["EligibilitySchedules", "EligibilityScheduleInstances", "AssignmentSchedules", "AssignmentScheduleInstances"]) {
  assert(Array.isArray(await all(client[`role${kind}`].listForScope(WEB))));
}
console.log("done");
