import { createFeatures } from '../features.ts';
import { runCommand } from './command.ts';
import { withGround } from './with-ground.ts';

const USAGE = `npm run privacy -- export <ticket or openid>   what is held about the resident, as JSON
npm run privacy -- forget <ticket or openid>   takes the person out of what is settled`;

/** `npm run privacy`: a resident's right to see and to have removed what is held about them (docs/privacy.md). */
runCommand(async ([verb, who, ...rest]) => {
  if ((verb !== 'export' && verb !== 'forget') || !who || rest.length > 0) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  return withGround(async (ground) => {
    const people = createFeatures(ground).privacy.api;
    if (verb === 'export') {
      console.log(JSON.stringify(await people.exportOf(who), null, 2));
      return 0;
    }
    const { forgotten, waiting } = await people.forget(who);
    console.log(`messages and flows forgotten; tickets that no longer know the resident: ${forgotten.length}`);
    for (const ticket of waiting)
      console.log(`WAITING ${ticket} 还没有办结或者还在重办期限内，办结并过了期限以后再删。`);
    return 0;
  });
});
