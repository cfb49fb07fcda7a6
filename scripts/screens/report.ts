import { serious } from './chromium.ts';
import type { Shot } from './camera.ts';
import type { Weight } from './weights.ts';

const kb = (bytes: number): string => (bytes / 1_000).toFixed(1);

/** docs/screens/README.md: the pictures, what axe-core found on each, and what a first visit loads. */
export function reportOf(shots: readonly Shot[], weights: readonly Weight[]): string {
  const names = [...new Set(shots.map(({ scene }) => scene.name))];
  return `# Screens

Made by \`npm run screens\` from the demo; do not edit by hand. Content is made up. Phones are 360 pixels wide, desks 1440.

## What a first visit loads

Empty cache, gzip, kilobytes; milliseconds on the machine that made the pictures.

| | HTML | script | style | ms |
| --- | ---: | ---: | ---: | ---: |
${weights.map(({ what, html, script, style, ms }) => `| ${what} | ${kb(html)} | ${kb(script)} | ${kb(style)} | ${ms.toFixed(0)} |`).join('\n')}

## Findings of axe-core

Serious and critical ones: ${count(shots, 'serious') + count(shots, 'critical')} on ${shots.length} pictures. All others are named here.

| screen | width | findings | wider than the screen by |
| --- | ---: | --- | ---: |
${shots.map((shot) => `| ${shot.scene.title} | ${shot.width} | ${found(shot)} | ${shot.overflow} |`).join('\n')}

## Pictures

${names.map((name) => pictures(shots.filter(({ scene }) => scene.name === name))).join('\n\n')}
`;
}

function count(shots: readonly Shot[], impact: string): number {
  return shots.flatMap(({ findings }) => findings).filter((finding) => finding.impact === impact).length;
}

function found({ findings }: Shot): string {
  return findings.length === 0 ? 'none' : findings.map(({ id, impact }) => `${id} (${impact ?? '?'})`).join(', ');
}

function pictures(shots: readonly Shot[]): string {
  const [first] = shots;
  const images = shots.map(
    ({ file, width, scene }) =>
      `<img src="${file}" alt="${scene.title}，${width} 像素宽" width="${width < 500 ? 180 : 640}">`,
  );
  return `### ${first?.scene.title}（\`${first?.scene.name}\`）\n\n${images.join('\n')}`;
}

/** What must not be: shown on the terminal, and the reason for a bad exit code. */
export function faultsOf(shots: readonly Shot[]): string[] {
  return shots.flatMap(({ scene, width, findings, overflow }) => [
    ...serious(findings).map((line) => `${scene.name} at ${width}: ${line}`),
    ...(overflow > 0 ? [`${scene.name} at ${width}: ${overflow} pixels wider than the screen`] : []),
  ]);
}
