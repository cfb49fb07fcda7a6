import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Office, openOffice } from './accounts.ts';
import { ROOT } from './child.ts';
import { loadSamples, playApproval, playVillageArticle } from './day/articles.ts';
import { playBriefing, playVillagePush, PUSHES_WANTED, pushesLeft } from './day/briefing.ts';
import { playAnswer, playComplaint, playPhoto } from './day/complaint.ts';
import { playRefusals } from './day/refusals.ts';
import { playTipoff } from './day/tipoff.ts';
import { playFollowing } from './day/residents.ts';
import { forget, keepKeys, keepResidents, type Kept, withNewDatabase, writeJson } from './kept.ts';
import { createPhones, type Resident } from './phones.ts';
import { createStage, held, type Stage } from './stage.ts';
import { type Order, type RunningSystem, startSurroundings, startSystem, type Surroundings } from './system.ts';

interface Options {
  readonly once: boolean;
  readonly fresh: boolean;
}

let ending = false;
/** After Ctrl-C what the day under way still says is of no interest. */
const print = (line: string): void => {
  if (!ending) console.log(line);
};

/** Plays the demo; answers the exit code: 0 when everything held. */
export async function runDemo({ once, fresh }: Options): Promise<number> {
  const began = Date.now();
  const dataDir = resolve(ROOT, process.env.DATA_DIR || '.data');
  const asked = whenAskedToStop();
  print(`data: ${dataDir} ${fresh ? '(forgotten, fresh start)' : '(kept between runs; --fresh forgets it)'}`);
  if (fresh) forget(dataDir);
  rmSync(join(dataDir, 'demo.json'), { force: true });
  const running: { readonly stop: () => Promise<void> }[] = [];
  let everythingHeld = false;
  const day = async (): Promise<void> => {
    const opened = await open(dataDir, (process) => running.unshift(process));
    const residents: Resident[] = [];
    const stage = createStage(print);
    everythingHeld = await playDay(stage, opened, residents);
    keepResidents(
      dataDir,
      opened.kept,
      residents.map(({ openid }) => openid),
    );
    writeJson(join(dataDir, 'demo.json'), facts(opened, residents));
    const seconds = ((Date.now() - began) / 1_000).toFixed(0);
    print(
      everythingHeld
        ? `\nEverything held: ${stage.steps()} steps, ${seconds} s.`
        : `\nThe day did not hold; see ${opened.system.logFile}; --fresh begins without what earlier days left`,
    );
    if (once) return;
    tellAddresses(opened);
    await asked;
  };
  try {
    await Promise.race([day(), asked]);
  } catch (error) {
    print(`\nThe demo cannot run: ${error instanceof Error ? error.message : String(error)}`);
  }
  // The latest first: the service before its stores.
  for (const process of running) await process.stop();
  return everythingHeld ? 0 : 1;
}

interface Opened {
  readonly kept: Kept;
  readonly around: Surroundings;
  readonly system: RunningSystem;
  readonly office: Office;
}

async function open(dataDir: string, onStarted: Order['onStarted']): Promise<Opened> {
  const kept = keepKeys(dataDir);
  print('\nStarting');
  const around = await startSurroundings({ dataDir, kept, print, onStarted });
  const start = async (keys: Kept): Promise<Opened> => {
    const system = await startSystem({ dataDir, kept: keys, print, onStarted }, around);
    return { kept: keys, around, system, office: await openOffice(system.web, keys.password) };
  };
  const opened = await start(kept);
  if ((await pushesLeft(opened.office)) >= PUSHES_WANTED) return opened;
  print('  the account has pushed as often this month as the platform allows: the day begins with an empty database');
  await opened.system.stop();
  return start(withNewDatabase(dataDir, kept));
}

interface Health {
  readonly inbox: { readonly failed: number; readonly spooled: number };
  /** In Chinese words; a calendar that is not published yet is one of them. */
  readonly problems: readonly string[];
}

async function playDay(
  stage: Stage,
  { kept, around, system, office }: Opened,
  residents: Resident[],
): Promise<boolean> {
  const phones = createPhones(around.sandbox);
  try {
    await phones.bringBack(kept.residents);
    stage.act('Morning: the office writes, a leader approves');
    await loadSamples(stage, office);
    const article = await playApproval(stage, office, system.web);
    stage.act('Residents follow and ask');
    residents.push(...(await playFollowing(stage, phones, office)));
    const [first, second, third] = residents;
    held(first !== undefined && second !== undefined && third !== undefined, 'nobody followed');
    stage.act('What may not go out as it is');
    await playRefusals(stage, office, system.web, first);
    stage.act('Residents complain');
    const ticket = await playComplaint(stage, first, second);
    await playPhoto(stage, office, third);
    await playTipoff(stage, office, second);
    stage.act('The briefing');
    await playBriefing(stage, { office, phones, residents }, article);
    stage.act('The office answers');
    await playAnswer(stage, office, first, ticket);
    stage.act('News of one village');
    const local = await playVillageArticle(stage, office);
    await playVillagePush(stage, { office, phones }, { inside: second, outside: [first, third], article: local });
    stage.act('Evening: is all well?');
    await stage.step('supervisor looks at the health of the service', async () => {
      const { inbox, problems } = await office.clerk('supervisor').get<Health>('/health');
      held(inbox.failed + inbox.spooled === 0, JSON.stringify(inbox));
      return problems.length === 0 ? 'nothing is stuck' : `to look at: ${problems.join(' ')}`;
    });
    await stage.step('the service wrote no error into its log', async () => noErrors(system.logFile));
    return true;
  } catch {
    return false;
  }
}

async function noErrors(logFile: string): Promise<string> {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const errors = lines.filter((line) => /"level":(?:50|60|"error"|"fatal")/.test(line));
  held(errors.length === 0, `${errors.length} errors, the first: ${errors[0]?.slice(0, 300)}`);
  return `${lines.length} lines`;
}

/** For programs that drive the running demo. */
function facts({ kept, around, system, office }: Opened, residents: readonly Resident[]): unknown {
  const { appId, token, aesKey } = kept;
  return {
    web: system.web,
    sandbox: around.sandbox,
    appId,
    token,
    aesKey,
    staff: office.accounts,
    residents: [...kept.residents, ...residents.map(({ openid }) => openid)],
  };
}

function tellAddresses({ kept, around, system, office }: Opened): void {
  print(`
  the residents' pages   ${system.web}/
  the staff console      ${system.web}/console/
  a resident's phone     ${around.sandbox}/
  accounts               ${office.accounts.map(({ username }) => username).join(' ')}
  their password         ${kept.password}

Ctrl-C ends everything.`);
}

/** Ctrl-C reaches this process more than once: from the terminal, and passed on by npm and tsx. */
async function whenAskedToStop(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        ending = true;
        done();
      });
    }
  });
}
