import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { testDatabase } from '../support/stores.ts';
import type { Phone } from '../support/phone.ts';
import { complain, openOffice, type Office, type Whole } from './office.ts';

const DAY = 86_400_000;
/** AMR narrow band of this many bytes: a 60 s recording may be 2 MB as mp3 or wav. */
const voiceOf = (bytes: number): Buffer => Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(bytes - 6, 0x7c)]);
const jpeg = (colour: string) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: colour } })
    .withExif({ IFD0: { Artist: 'somebody' }, IFD3: { GPSLatitudeRef: 'N' } })
    .jpeg()
    .toBuffer();

let photo: Buffer;
beforeAll(async () => {
  photo = await jpeg('#804020');
});
const base64 = (bytes: Buffer): string => bytes.toString('base64');

const media = (whole: Whole) => whole.messages.filter((message) => message.mediaState !== undefined);

describe('what a resident sends', () => {
  const { uri } = testDatabase();
  let here: Office;
  beforeAll(async () => {
    here = await openOffice({ uri });
  });
  const whole = (ticket: string) => here.dispatcher.get<Whole>(`/complaints/${ticket}`);
  const download = async (path: string): Promise<{ status: number; type: string | null; bytes: Buffer }> => {
    const answer = await fetch(path);
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      bytes: Buffer.from(await answer.arrayBuffer()),
    };
  };
  const linked = (link: string, id: string): string => link.replace('?k=', `/media/${id}?k=`);

  it('is on the way until it is stored, and then is there for staff and for the holder of the link', async () => {
    const phone = await here.town.resident();
    const { ticket, link } = await complain(phone, () => phone.say({ type: 'image', base64: base64(photo) }));
    expect(media(await whole(ticket))).toMatchObject([{ type: 'image', mediaState: 'waiting' }]);
    expect(media(await whole(ticket))[0]).not.toHaveProperty('mediaId');
    expect(await (await fetch(link)).text()).toContain('正在接收');
    await here.town.sweep('complaints.media');
    const [said] = media(await whole(ticket));
    expect(said).toMatchObject({ mediaState: 'stored', contentType: 'image/jpeg' });
    const id = said?.mediaId ?? '';
    const page = await (await fetch(link)).text();
    expect(page).toContain(`/complaints/${ticket}/media/${id}?k=`);
    const shown = await download(linked(link, id));
    expect(shown).toMatchObject({ status: 200, type: 'image/jpeg' });
    const facts = await sharp(shown.bytes).metadata();
    expect(facts).toMatchObject({ format: 'jpeg', width: 64 });
    expect(facts.exif).toBeUndefined();
    for (const [who, status] of [
      [here.supervisor, 200],
      [here.stranger, 404],
    ] as const) {
      const answer = await who.request('GET', `/complaints/${ticket}/media/${id}`).catch(() => ({ status: 200 }));
      expect(answer.status).toBe(status);
    }
  });

  it('is nobody else’s: a wrong link, another ticket’s link and another ticket’s path are 404', async () => {
    const phone = await here.town.resident();
    const one = await complain(phone, () => phone.say({ type: 'image', base64: base64(photo) }));
    const two = await complain(phone);
    await here.town.sweep('complaints.media');
    const id = media(await whole(one.ticket))[0]?.mediaId ?? '';
    const wrong = [
      linked(one.link, id).replace(/k=.*/, 'k=abc.def'),
      linked(one.link, id).replace(/\?k=.*/, ''),
      linked(two.link, id),
      linked(one.link, id).replace(/k=.*/, /k=.*/.exec(two.link)?.[0] ?? ''),
      linked(one.link, 'f'.repeat(24)),
    ];
    for (const url of wrong) expect((await download(url)).status, url).toBe(404);
    expect((await here.dispatcher.request('GET', `/complaints/${two.ticket}/media/${id}`)).status).toBe(404);
  });

  it('may be a recording of two megabytes alone', async () => {
    const phone = await here.town.resident();
    const recording = voiceOf(2 * 1_048_576);
    const { ticket, link } = await complain(phone, () => phone.say({ type: 'voice', base64: base64(recording) }));
    await here.town.sweep('complaints.media');
    const [said] = media(await whole(ticket));
    expect(said).toMatchObject({ type: 'voice', mediaState: 'stored', contentType: 'audio/amr' });
    const heard = await download(linked(link, said?.mediaId ?? ''));
    expect(heard.bytes.equals(recording)).toBe(true);
  });

  it('may be thirty photos, a video and a place at 0,0', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone, async () => {
      for (let i = 0; i < 30; i += 1) await phone.say({ type: 'image', base64: base64(photo) });
      await phone.say({ type: 'video' });
      await phone.place(0, 0, '');
    });
    expect(await here.town.sweep('complaints.media')).toBe(31);
    const all = await whole(ticket);
    expect(media(all).filter(({ mediaState }) => mediaState === 'stored')).toHaveLength(31);
    expect(all.messages.at(-1)).toMatchObject({ type: 'location', location: { lat: 0, lng: 0 } });
  });

  it('is judged by its content: HTML called a photo is not kept, and the ticket says so', async () => {
    const phone = await here.town.resident();
    const { ticket, link } = await complain(phone, () =>
      phone.say({ type: 'image', base64: base64(Buffer.from('<html><script>alert(1)</script></html>')) }),
    );
    await here.town.sweep('complaints.media');
    expect(media(await whole(ticket))).toMatchObject([
      { mediaState: 'missing', mediaNote: '照片没能取到：内容不是照片' },
    ]);
    expect(await (await fetch(link)).text()).toContain('照片没能取到');
    expect(
      await here.town.app.mongo.work.collection('complaint_files.files').countDocuments({ 'metadata.ticket': ticket }),
    ).toBe(0);
  });

  it('is tried again while the platform is busy, and given up after three days', async () => {
    const phone = await here.town.resident();
    await here.town.control('POST', '/_/faults', { path: 'media/get', errcode: -1, times: 1 });
    const { ticket } = await complain(phone, () => phone.say({ type: 'voice' }));
    await here.town.sweep('complaints.media');
    expect(media(await whole(ticket))).toMatchObject([{ mediaState: 'waiting' }]);
    await here.town.sweep('complaints.media');
    expect(media(await whole(ticket))).toMatchObject([{ mediaState: 'waiting' }]);
    here.town.clock.move(60_000);
    await here.town.sweep('complaints.media');
    expect(media(await whole(ticket))).toMatchObject([{ mediaState: 'stored' }]);

    await here.town.control('POST', '/_/faults', { path: 'media/get', errcode: -1, times: 2 });
    const late = await complain(phone, () => phone.say({ type: 'voice' }));
    await here.town.sweep('complaints.media');
    here.town.clock.move(3 * DAY + 1_000);
    await here.town.sweep('complaints.media');
    expect(media(await whole(late.ticket))).toMatchObject([
      { mediaState: 'missing', mediaNote: '语音没能取到：三天内没能从微信取到' },
    ]);
  });

  it('that the platform no longer has is taken from its PicUrl, or said to be missing', async () => {
    const phone = await here.town.resident();
    const gone = { MediaId: 'no-such-media-id' };
    const other = await here.town.resident();
    await other.say({ type: 'image', base64: base64(photo) });
    const sent = (await other.inbox()).find(({ type }) => type === 'image');
    const { ticket } = await complain(phone, async () => {
      await phone.raw({ MsgType: 'image', ...gone, PicUrl: sent?.mediaUrl });
      await phone.raw({ MsgType: 'image', ...gone, PicUrl: `${here.town.sandbox.url}/mmbiz/nothing/0` });
      await phone.raw({ MsgType: 'voice', ...gone, Format: 'amr', Recognition: '' });
    });
    await here.town.sweep('complaints.media');
    expect(media(await whole(ticket))).toMatchObject([
      { type: 'image', mediaState: 'stored' },
      { type: 'image', mediaState: 'waiting' },
      { type: 'voice', mediaState: 'missing', mediaNote: '语音没能取到：平台上没有了（40007）' },
    ]);
  });

  it('is fetched once by two workers, and by the second where the first died', async () => {
    const phone = await here.town.resident();
    const { ticket } = await complain(phone, async () => {
      for (let i = 0; i < 6; i += 1) await phone.say({ type: 'image', base64: base64(photo) });
    });
    const [a, b] = await Promise.all([here.town.sweep('complaints.media'), here.town.sweep('complaints.media')]);
    expect(Math.max(a, b)).toBeLessThanOrEqual(6);
    const collection = here.town.app.mongo.work.collection('complaint_media');
    const [first] = media(await whole(ticket));
    // Stored by a worker that died before it could say so.
    const lost = { state: 'waiting', lease: { by: 'dead', until: new Date(here.town.clock.now().getTime() - 1) } };
    await collection.updateOne({ ticket }, { $set: lost });
    await here.town.sweep('complaints.media');
    expect(media(await whole(ticket))[0]).toEqual(first);
    const files = here.town.app.mongo.work.collection('complaint_files.files');
    expect(await files.countDocuments({ 'metadata.ticket': ticket })).toBe(6);
  });
});

describe('an unverified account', () => {
  const { uri } = testDatabase();
  let here: Office;
  beforeAll(async () => {
    here = await openOffice({ uri, sandbox: { verified: false } });
  });
  const said = async (phone: Phone, say: () => Promise<unknown>) => {
    const { ticket } = await complain(phone, say);
    await here.town.sweep('complaints.media');
    return media(await here.dispatcher.get<Whole>(`/complaints/${ticket}`));
  };

  it('takes photos from the platform’s own address', async () => {
    const phone = await here.town.resident();
    expect(await said(phone, () => phone.say({ type: 'image', base64: base64(photo) }))).toMatchObject([
      { mediaState: 'stored', contentType: 'image/jpeg' },
    ]);
  });

  it('says that recordings cannot be had', async () => {
    const phone = await here.town.resident();
    expect(await said(phone, () => phone.say({ type: 'voice' }))).toMatchObject([
      { mediaState: 'missing', mediaNote: '语音没能取到：这个公众号没有下载权限' },
    ]);
  });

  describe('asks no other host', () => {
    let asked = 0;
    const elsewhere = createServer((_, res) => {
      asked += 1;
      res.end('a secret of the intranet');
    });
    beforeAll(async () => {
      await new Promise<void>((resolve) => {
        elsewhere.listen(0, '127.0.0.1', resolve);
      });
    });
    afterAll(() => {
      elsewhere.close();
    });

    it('for a photo, whatever the message says', async () => {
      const address = elsewhere.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const phone = await here.town.resident();
      const found = await said(phone, async () => {
        for (const PicUrl of [
          `http://127.0.0.1:${port}/p.jpg`,
          `http://mmbiz.qpic.cn@127.0.0.1:${port}/p.jpg`,
          `http://localhost:${port}/qpic.cn`,
          'file:///etc/passwd',
        ])
          await phone.raw({ MsgType: 'image', MediaId: 'x', PicUrl });
      });
      expect(found).toHaveLength(4);
      for (const message of found) expect(message).toMatchObject({ mediaState: 'missing' });
      expect(asked).toBe(0);
    });
  });
});
