/**
 * Loaded before a process of the demo (`node --import`): when the demo is gone, however it went, the IPC channel closes
 * and the process ends itself in order. Ctrl-C at the terminal is the demo's to answer: each process runs in its own group.
 */
/** A process that does not end in order by then is ended, ms. Its own limit for that is 10 s. */
const ORDERLY_MS = 12_000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), ORDERLY_MS).unref();
});
process.channel?.unref();
