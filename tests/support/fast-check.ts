import * as fc from 'fast-check';

/** What the gate tries: the same each time, so that it fails only where the code has changed. */
const GATE_SEED = 1_474_311_454;

/** `npm run test:explore` sets another one each time. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['EXPLORE_SEED'] ?? GATE_SEED) });

export { fc };
