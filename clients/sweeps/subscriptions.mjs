// @azure/arm-resources-subscriptions
import assert from "node:assert/strict";
import { HERE, all, env, fails, load, newId, options, who } from "./way.mjs";

const client = new (load("@azure/arm-resources-subscriptions").SubscriptionClient)(who, options);
const { subscriptions, tenants } = client;
const found = await all(subscriptions.list());
assert.deepEqual(found.map((one) => one.displayName).sort(), ["contoso-prod", "contoso-test"]);
const one = await subscriptions.get(env.SUBSCRIPTION_ID);
assert.deepEqual([one.id, one.state, one.tags], [HERE, "Enabled", { environment: "production" }]);
const places = await all(subscriptions.listLocations(env.SUBSCRIPTION_ID));
assert.equal(places.find((place) => place.name === "westeurope").displayName, "West Europe");
const [tenant] = await all(tenants.list());
assert.deepEqual([tenant.tenantId, tenant.displayName], [env.TENANT_ID, "Contoso"]);
const zones = { location: "westeurope", subscriptionIds: [`subscriptions/${env.SUBSCRIPTION_ID}`] };
assert.equal((await subscriptions.checkZonePeers(env.SUBSCRIPTION_ID, zones)).location, "westeurope");
const resourceNameDefinition = { name: "plain", type: "Microsoft.Compute/virtualMachines" };
assert.equal((await client.checkResourceName({ resourceNameDefinition })).status, "Allowed");
assert((await all(client.operations.list())).length > 0);
await fails(subscriptions.get(newId()), 404, "SubscriptionNotFound");
console.log("done");
