// @azure/arm-resources: groups, resources of any type, tags, providers.
import assert from "node:assert/strict";
import { all, env, fails, load, options, who } from "./way.mjs";

const client = new (load("@azure/arm-resources").ResourceManagementClient)(who, env.SUBSCRIPTION_ID, {
  ...options,
  updateIntervalInMs: 100,
});
const { resourceGroups: groups, resources: things, tagsOperations, tags: plain, providers } = client;
const tags = tagsOperations ?? plain;
const made = await groups.createOrUpdate("swept", { location: "westeurope", tags: { by: "node" } });
assert.deepEqual([made.name, made.properties.provisioningState], ["swept", "Succeeded"]);
const target = await groups.createOrUpdate("target", { location: "northeurope" });
assert.equal((await groups.checkExistence("swept")).body, true);
assert.deepEqual((await groups.get("swept")).tags, { by: "node" });
assert.deepEqual((await groups.update("swept", { tags: { c: "d" } })).tags, { c: "d" });
assert((await all(groups.list())).length >= 3);
const filter = "tagName eq 'c' and tagValue eq 'd'";
assert.deepEqual((await all(groups.list({ filter }))).map((one) => one.name), ["swept"]);

const account = `${made.id}/providers/Microsoft.Storage/storageAccounts/swept1`;
const version = "2023-05-01";
const body = {
  location: "westeurope", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: { accessTier: "Hot" },
};
const one = await things.beginCreateOrUpdateByIdAndWait(account, version, body);
assert.deepEqual([one.id, one.sku.name, one.properties.accessTier], [account, "Standard_LRS", "Hot"]);
assert.equal((await things.checkExistenceById(account, version)).body, true);
assert.equal((await things.getById(account, version)).kind, "StorageV2");
assert.deepEqual((await things.beginUpdateByIdAndWait(account, version, { tags: { a: "b" } })).tags, { a: "b" });
assert.deepEqual((await all(things.listByResourceGroup("swept"))).map((found) => found.name), ["swept1"]);
assert.deepEqual((await all(things.list({ filter: "resourceGroup eq 'swept'" }))).map((found) => found.id), [account]);
const exported = await groups.beginExportTemplateAndWait("swept", { resources: ["*"] });
assert.deepEqual(exported.template.resources.map((found) => found.type), ["Microsoft.Storage/storageAccounts"]);

const move = { resources: [account], targetResourceGroup: target.id };
await things.beginValidateMoveResourcesAndWait("swept", move);
await things.beginMoveResourcesAndWait("swept", move);
const named = ["target", "Microsoft.Storage", "", "storageAccounts", "swept1", version];
assert.equal((await things.get(...named)).id, account.replace("/swept/", "/target/"));
assert.equal((await things.checkExistence(...named)).body, true);
assert.equal((await things.beginCreateOrUpdateAndWait(...named, body)).sku.name, "Standard_LRS");
const cool = { properties: { accessTier: "Cool" } };
assert.equal((await things.beginUpdateAndWait(...named, cool)).properties.accessTier, "Cool");
const put = await tags.beginCreateOrUpdateAtScopeAndWait(target.id, { properties: { tags: { a: "b" } } });
assert.deepEqual(put.properties.tags, { a: "b" });
const merge = { operation: "Merge", properties: { tags: { c: "d" } } };
assert.deepEqual((await tags.beginUpdateAtScopeAndWait(target.id, merge)).properties.tags, { a: "b", c: "d" });
assert.deepEqual((await tags.getAtScope(target.id)).properties.tags, { a: "b", c: "d" });
await tags.beginDeleteAtScopeAndWait(target.id);
await things.beginDeleteAndWait(...named);
await things.beginCreateOrUpdateByIdAndWait(account, version, body);
await things.beginDeleteByIdAndWait(account, version);
await fails(things.getById(account, version), 404, "ResourceNotFound");

assert.equal((await tags.createOrUpdate("swept")).tagName, "swept");
assert.equal((await tags.createOrUpdateValue("swept", "one")).tagValue, "one");
const [name] = (await all(tags.list())).filter((found) => found.tagName === "swept");
assert.deepEqual(name.values.map((value) => value.tagValue), ["one"]);
await tags.deleteValue("swept", "one");
await tags.delete("swept");

assert.equal((await providers.get("Microsoft.Network")).namespace, "Microsoft.Network");
assert.equal((await providers.register("Microsoft.Network")).registrationState, "Registered");
assert.equal((await providers.unregister("Microsoft.Network")).registrationState, "Unregistered");
const types = (await client.providerResourceTypes.list("Microsoft.Network")).value;
assert(types.some((found) => found.resourceType === "virtualNetworks"));
assert.deepEqual((await providers.providerPermissions("Microsoft.Network")).value, []);
assert((await providers.getAtTenantScope("Microsoft.Network")).resourceTypes.length > 0);
const firstPage = async (pages) => (await pages.byPage().next()).value;
assert.equal((await firstPage(providers.list())).length, 60);
assert.equal((await firstPage(providers.listAtTenantScope())).length, 60);
assert((await all(client.operations.list())).length > 0);

await groups.beginDeleteAndWait("swept");
assert.equal((await groups.checkExistence("swept")).body, false);
await groups.beginDeleteAndWait("target");
console.log("done");
