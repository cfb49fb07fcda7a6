/**
 * Prepares the town's MongoDB once; a second run changes nothing but the password and the role:
 * initiates the one-node replica set, and makes the custom role of mongo-role.json and the service's user.
 *
 * Environment: MONGO_ROOT_URI (a root user, e.g. mongodb://root:…@mongo:27017/?authSource=admin), MONGO_HOST (name and
 * port under which the service reaches the node, e.g. mongo:27017), MONGO_DATABASE, MONGO_SERVICE_USERNAME,
 * MONGO_SERVICE_PASSWORD, and optionally MONGO_REPLICA_SET (default xiangyin).
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

const NEEDED = ['MONGO_ROOT_URI', 'MONGO_HOST', 'MONGO_DATABASE', 'MONGO_SERVICE_USERNAME', 'MONGO_SERVICE_PASSWORD'];
const PRIMARY_MS = 60_000;
/** MongoDB's error numbers. */
const NOT_YET_INITIALIZED = 94;
const ROLE_EXISTS = 51002;
const USER_EXISTS = 51003;

const missing = NEEDED.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`mongo-init: missing ${missing.join(', ')}`);
  process.exit(78);
}
const { MONGO_ROOT_URI, MONGO_HOST, MONGO_DATABASE, MONGO_SERVICE_USERNAME, MONGO_SERVICE_PASSWORD } = process.env;
const set = process.env.MONGO_REPLICA_SET || 'xiangyin';

const client = new MongoClient(MONGO_ROOT_URI, { directConnection: true, serverSelectionTimeoutMS: 30_000 });
try {
  await initiate(client.db('admin'));
  await grant(client.db(MONGO_DATABASE));
} finally {
  await client.close();
}

async function initiate(admin) {
  try {
    await admin.command({ replSetGetStatus: 1 });
  } catch (error) {
    if (error.code !== NOT_YET_INITIALIZED) throw error;
    await admin.command({ replSetInitiate: { _id: set, members: [{ _id: 0, host: MONGO_HOST }] } });
    console.log(`mongo-init: replica set ${set} initiated with ${MONGO_HOST}`);
  }
  const until = Date.now() + PRIMARY_MS;
  while ((await admin.command({ hello: 1 })).isWritablePrimary !== true) {
    if (Date.now() > until) throw new Error(`${MONGO_HOST} did not become primary`);
    await sleep(200);
  }
}

async function grant(db) {
  const file = readFileSync(new URL('./mongo-role.json', import.meta.url), 'utf8');
  const { role, privileges, roles } = JSON.parse(file.replaceAll('<database>', db.databaseName));
  const user = { pwd: MONGO_SERVICE_PASSWORD, roles: [role] };
  await either(db, ROLE_EXISTS, { createRole: role, privileges, roles }, { updateRole: role, privileges, roles });
  const name = MONGO_SERVICE_USERNAME;
  await either(db, USER_EXISTS, { createUser: name, ...user }, { updateUser: name, ...user });
  console.log(`mongo-init: ${name} may do in ${db.databaseName} what ${role} says`);
}

/** `create`, or `update` where it exists already. */
async function either(db, exists, create, update) {
  try {
    await db.command(create);
  } catch (error) {
    if (error.code !== exists) throw error;
    await db.command(update);
  }
}
