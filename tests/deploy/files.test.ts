import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envSchema } from '../../src/platform/config/env.ts';
import { projectFiles, ROOT } from '../support/project-files.ts';
import { instructions, reachesTheBuild } from './image.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const names = (pattern: RegExp, text: string) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))].sort((a, b) => a.localeCompare(b));

describe('docker-compose.yml', () => {
  const compose = read('docker-compose.yml');

  it('takes from .env exactly what .env.example shows', () => {
    const used = names(/(?<!\$)\$\{([A-Z_]+)/g, compose);
    expect(used).toEqual(names(/^([A-Z_]+)=/gm, read('.env.example')));
  });

  it('hands every setting of the service on, but for those that the container fixes', () => {
    const fixed = ['CONFIG_DIR', 'DATA_DIR', 'HOST', 'PORT', 'WECHAT_API_BASE'];
    const set = names(/^\s+([A-Z_]+): /gm, compose);
    expect(Object.keys(envSchema.shape).filter((name) => !set.includes(name) && !fixed.includes(name))).toEqual([]);
  });

  it('gives the administrator to the migration alone and opens no port but to this host', () => {
    expect(compose.match(/MONGODB_ADMIN_URI:/g)).toHaveLength(1);
    expect(compose.split(/\n {2}migrate:/)[1]?.split(/\n {2}\S/)[0]).toContain('MONGODB_ADMIN_URI:');
    expect(compose.match(/ports:.*/g)).toEqual(['ports: ["127.0.0.1:${PUBLISH_PORT:-3000}:3000"]']);
  });
});

describe('Dockerfile', () => {
  const all = instructions();
  const final = all.slice(all.findLastIndex(({ word }) => word === 'FROM'));

  it('builds in one stage and runs in another, not as root, with a health check', () => {
    expect(all.filter(({ word }) => word === 'FROM')).toHaveLength(2);
    const user = final.findIndex(({ word, rest }) => word === 'USER' && rest === 'node');
    expect(user).toBeGreaterThan(0);
    expect(final.slice(user).some(({ word }) => word === 'RUN' || word === 'COPY')).toBe(false);
    expect(final.find(({ word }) => word === 'HEALTHCHECK')?.rest).toContain('/healthz');
  });

  it('sees of the project what it needs and no secret', () => {
    const seen = projectFiles().filter(reachesTheBuild);
    expect(seen).toContain('src/kernel/index.ts');
    expect(seen).toContain('config/town.json');
    expect(seen.filter((path) => /^(?:tests|docs|\.git|\.env)/.test(path))).toEqual([]);
    expect(reachesTheBuild('.env')).toBe(false);
    expect(reachesTheBuild('.data/demo.json')).toBe(false);
  });
});

describe('nginx.conf', () => {
  const nginx = read('deploy/nginx.conf').replaceAll(/#.*$/gm, '');

  it('writes no query string and no referrer into a log', () => {
    const formats = nginx.match(/log_format[^;]+;/g) ?? [];
    expect(formats).toHaveLength(1);
    expect(formats[0]).not.toMatch(/\$(?:request\b|request_uri|args|query_string|is_args|arg_|http_referer|cookie_)/);
    expect((nginx.match(/access_log [^;]+/g) ?? []).every((line) => line.endsWith(' no_query'))).toBe(true);
    expect((nginx.match(/error_log [^;]+/g) ?? []).every((line) => line.endsWith(' crit'))).toBe(true);
    expect(nginx.match(/(?:access|error)_log/g)).toHaveLength(4);
  });

  it('sends one resident to one process, and limits the body as the webhook does', () => {
    expect(nginx).toMatch(/map \$arg_openid (\$\w+)[\s\S]+upstream xiangyin_webhook \{\s+hash \1 consistent;/);
    const webhook = /location = \/wechat \{([^}]+)\}/.exec(nginx)?.[1] ?? '';
    expect(webhook).toContain('client_max_body_size 64k;');
    expect(webhook).toContain('proxy_pass http://xiangyin_webhook;');
    expect(webhook).not.toContain('http_503');
  });
});
