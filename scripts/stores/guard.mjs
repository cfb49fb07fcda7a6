/**
 * Stands between us and a store (mongod, redis-server): starts it, and ends it when told so or when we are gone,
 * however we went: the IPC channel closes even after SIGKILL. It runs in its own session, so Ctrl-C reaches us but
 * neither the guard nor the store, and we can still write while we shut down.
 *
 * Its order comes as the first message: {command, args, dataDir, files, logFile, temporary}. It makes the data folder
 * and the files in it, so that nothing of a temporary store exists that no guard removes. It tells {pid} at the start
 * and {exit, tail} at the end.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Time a store gets to close its files before it is killed: mongod needs about 0.5 s, ms. */
const ORDERLY_MS = 10_000;
/** What is kept of the log for the message when a start fails, characters. */
const TAIL = 8_000;

let order;
let store;
let stderr = '';
let ending = false;

process.on('message', (message) => {
  if (message === 'stop') end();
  else begin(message);
});
process.on('disconnect', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

function begin(message) {
  if (ending) return;
  order = message;
  try {
    makeFolder();
    store = spawn(order.command, order.args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: order.dataDir });
  } catch (error) {
    leave(`cannot start: ${error.message}`);
    return;
  }
  store.stderr.setEncoding('utf8').on('data', (text) => {
    stderr = (stderr + text).slice(-TAIL);
  });
  store.on('spawn', () => tell({ pid: store.pid }));
  store.on('error', (error) => leave(`cannot start: ${error.message}`));
  store.on('close', (code, signal) => leave(signal ?? String(code)));
}

function makeFolder() {
  mkdirSync(order.dataDir, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(order.files)) {
    writeFileSync(join(order.dataDir, name), text, { mode: 0o400 });
  }
}

function end() {
  if (ending) return;
  ending = true;
  if (store === undefined) process.exit(0);
  if (order.temporary) {
    store.kill('SIGKILL');
    return;
  }
  store.kill('SIGTERM');
  store.kill('SIGCONT');
  setTimeout(() => store.kill('SIGKILL'), ORDERLY_MS).unref();
}

function leave(exit) {
  const tail = stderr + logTail();
  if (order.temporary) rmSync(order.dataDir, { recursive: true, force: true, maxRetries: 5 });
  tell({ exit, tail }, () => process.exit(0));
}

function logTail() {
  try {
    return readFileSync(order.logFile, 'utf8').slice(-TAIL);
  } catch {
    return '';
  }
}

function tell(message, then = () => {}) {
  if (process.connected) process.send(message, then);
  else then();
}
