// What the sweeps of the JavaScript clients share. Each does what its Python brother does, in the same order.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_FOLDER + "/package.json");
export const env = process.env;
export const load = (name) => require(name);
export const newId = randomUUID;
export const HERE = `/subscriptions/${env.SUBSCRIPTION_ID}`;
export const WEB = `${HERE}/resourceGroups/web`;

const { ClientSecretCredential } = load("@azure/identity");
export const who = new ClientSecretCredential(env.TENANT_ID, env.CLIENT_ID, env.CLIENT_SECRET, {
  authorityHost: env.AZURE_AUTHORITY_HOST,
  disableInstanceDiscovery: true,
});
export const options = {
  endpoint: env.LIGHTKEEPER_ARM,
  credentialScopes: ["https://management.core.windows.net//.default"],
};

export async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

export async function fails(answer, status, code) {
  await assert.rejects(answer, (fault) => {
    assert.deepEqual([fault.statusCode, fault.code ?? fault.details?.error?.code], [status, code]);
    return true;
  });
}
