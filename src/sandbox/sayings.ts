import { fileTypeFromBuffer } from 'file-type';
import type { InboxEntry } from './contract.ts';
import { ControlError } from './control-error.ts';
import { isJsonObject, type JsonObject, numberAt, objectAt, stringAt } from './json.ts';
import type { Media, MediaType } from './media.ts';
import { randomHex, randomWord } from './random.ts';
import type { AllowanceKind, Resident } from './residents.ts';
import { samplePhoto, sampleVideo, sampleVoice } from './samples.ts';
import type { World } from './world.ts';
import { bare, type XmlFields, type XmlValue } from './xml.ts';

/** One thing that a resident does, ready to be delivered. */
export interface Saying {
  /** MsgType. */
  readonly type: string;
  /** Beside ToUserName, FromUserName, CreateTime, MsgType and MsgId. */
  readonly fields: XmlFields;
  /** What their own phone shows of it. */
  readonly shown?: Omit<InboxEntry, 'seq' | 'at' | 'from' | 'via'>;
  /** Which allowance for customer-service messages it opens. */
  readonly allowance?: AllowanceKind;
  /** What it changes between resident and account, before it is delivered. */
  readonly change?: () => void;
  /** The whole body verbatim, for hostile input. */
  readonly xml?: string;
}

type Sayer = (world: World, resident: Resident, said: JsonObject) => Saying | Promise<Saying>;

function required(said: JsonObject, key: string): string {
  const value = stringAt(said, key);
  if (value === undefined) throw new ControlError(400, `${key} is a string`);
  return value;
}

const event = (name: string, fields: XmlFields, rest: Partial<Saying> = {}): Saying => ({
  type: 'event',
  fields: { Event: name, ...fields },
  ...rest,
});

const message = (type: string, fields: XmlFields, shown: Saying['shown']): Saying => ({
  type,
  fields,
  allowance: 'message',
  ...(shown === undefined ? {} : { shown }),
});

/** The file that a resident sends becomes temporary media of the account. */
async function mediaFrom(world: World, said: JsonObject, type: MediaType, sample: () => Promise<Buffer> | Buffer) {
  const base64 = stringAt(said, 'base64');
  const bytes = base64 === undefined ? await sample() : Buffer.from(base64, 'base64');
  if (bytes.length === 0) throw new ControlError(400, 'base64 holds a file');
  const sniffed = await fileTypeFromBuffer(bytes);
  return world.media.add({ type, permanent: false, bytes, mime: sniffed?.mime ?? 'application/octet-stream' });
}

const urlOf = (world: World, media: Media) => `${world.site.url}${world.media.pathOf(media)}`;

const image: Sayer = async (world, _resident, said) => {
  const media = await mediaFrom(world, said, 'image', samplePhoto);
  const url = urlOf(world, media);
  const shown = { type: 'image', mediaId: media.mediaId, mediaUrl: url };
  return message('image', { PicUrl: url, MediaId: media.mediaId }, shown);
};

const voice: Sayer = async (world, _resident, said) => {
  const media = await mediaFrom(world, said, 'voice', sampleVoice);
  const shown = { type: 'voice', mediaId: media.mediaId, mediaUrl: urlOf(world, media) };
  // Recognition is normally empty since the platform gave it up.
  return message('voice', { MediaId: media.mediaId, Format: 'amr', Recognition: '' }, shown);
};

const video =
  (type: 'video' | 'shortvideo'): Sayer =>
  async (world, _resident, said) => {
    const media = await mediaFrom(world, said, 'video', sampleVideo);
    const thumb = await mediaFrom(world, {}, 'thumb', samplePhoto);
    const shown = { type, mediaId: media.mediaId, mediaUrl: urlOf(world, media) };
    return message(type, { MediaId: media.mediaId, ThumbMediaId: thumb.mediaId }, shown);
  };

const location: Sayer = (_world, _resident, said) => {
  const lat = numberAt(said, 'lat');
  const lng = numberAt(said, 'lng');
  if (lat === undefined || lng === undefined) throw new ControlError(400, 'lat and lng are numbers');
  const label = stringAt(said, 'label') ?? '';
  return message(
    'location',
    { Location_X: lat, Location_Y: lng, Scale: numberAt(said, 'scale') ?? 16, Label: label },
    { type: 'location', text: label === '' ? `${lat},${lng}` : label },
  );
};

const link: Sayer = (_world, _resident, said) => {
  const title = stringAt(said, 'title') ?? '';
  const url = required(said, 'url');
  const description = stringAt(said, 'description') ?? '';
  return message('link', { Title: title, Description: description, Url: url }, { type: 'link', title, url });
};

const file: Sayer = (_world, _resident, said) => {
  const title = stringAt(said, 'title') ?? 'file.pdf';
  const fields = { Title: title, Description: '', FileKey: randomWord(32), FileMd5: randomHex(32), FileTotalLen: 1024 };
  return message('file', fields, { type: 'file', title });
};

const text: Sayer = (_world, _resident, said) => {
  const content = required(said, 'text');
  return message('text', { Content: content }, { type: 'text', text: content });
};

const click: Sayer = (_world, _resident, said) =>
  event('CLICK', { EventKey: required(said, 'key') }, { allowance: 'menu' });

const view: Sayer = (_world, _resident, said) =>
  event('VIEW', { EventKey: required(said, 'url'), MenuId: bare(stringAt(said, 'menuId') ?? '4000000') });

/** A scene as the control interface takes it: text or number, or nothing. */
function sceneOf(said: JsonObject): string | null {
  const scene = said['scene'];
  if (scene === undefined || scene === null) return null;
  if (typeof scene !== 'string' && typeof scene !== 'number') throw new ControlError(400, 'scene is text or a number');
  return String(scene);
}

function ticketOf(world: World, scene: string): string {
  for (const [ticket, of] of world.qrTickets) if (of === scene) return ticket;
  return `gQ${randomWord(94)}`;
}

const subscribe: Sayer = (world, resident, said) => {
  const scene = sceneOf(said);
  const fields = scene === null ? { EventKey: '' } : { EventKey: `qrscene_${scene}`, Ticket: ticketOf(world, scene) };
  const change = () => world.residents.follow(resident, scene);
  return event('subscribe', fields, { allowance: 'subscribe', change, shown: { type: 'subscribe' } });
};

const unsubscribe: Sayer = (world, resident) => {
  const change = () => world.residents.unfollow(resident);
  return event('unsubscribe', { EventKey: '' }, { change, shown: { type: 'unsubscribe' } });
};

/** Who does not follow yet follows by scanning; the platform then sends subscribe and no SCAN. */
const scan: Sayer = (world, resident, said) => {
  const scene = sceneOf(said);
  if (scene === null) throw new ControlError(400, 'scene is text or a number');
  if (!resident.following) return subscribe(world, resident, said);
  return event('SCAN', { EventKey: scene, Ticket: ticketOf(world, scene) }, { allowance: 'scan' });
};

function rawValue(value: unknown): XmlValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return (value as unknown[]).map(rawValue);
  if (isJsonObject(value)) return rawFields(value);
  throw new ControlError(400, 'raw fields hold strings, numbers, lists and objects');
}

/** Ids and times stand without CDATA, also where they are too large for a JSON number. */
const PLAIN_DIGITS = new Set(['MsgId', 'MsgID', 'CreateTime']);

function rawFields(from: JsonObject): XmlFields {
  const fields: Record<string, XmlValue> = {};
  for (const [tag, value] of Object.entries(from)) {
    if (!/^[A-Za-z_][\w.-]*$/.test(tag)) throw new ControlError(400, `${tag} is no XML name`);
    const digits = PLAIN_DIGITS.has(tag) && typeof value === 'string' && /^\d+$/.test(value);
    fields[tag] = digits ? bare(value) : rawValue(value);
  }
  return fields;
}

const raw: Sayer = (_world, _resident, said) => {
  const xml = stringAt(said, 'xml');
  if (xml !== undefined) return { type: 'text', fields: {}, xml };
  const fields = rawFields(objectAt(said, 'fields') ?? {});
  const type = typeof fields['MsgType'] === 'string' ? fields['MsgType'] : 'text';
  if (type !== 'event') return { type, fields, allowance: 'message', shown: { type } };
  const name = fields['Event'];
  const isMenu = typeof name === 'string' && (name === 'CLICK' || name.startsWith('scancode_'));
  return isMenu ? { type, fields, allowance: 'menu' } : { type, fields };
};

const SAYERS: Readonly<Record<string, Sayer>> = {
  text,
  image,
  voice,
  video: video('video'),
  shortvideo: video('shortvideo'),
  location,
  link,
  file,
  click,
  view,
  subscribe,
  unsubscribe,
  scan,
  raw,
};

/** What `POST /_/residents/:openid/say` asks for. Throws ControlError where the request makes no sense. */
export async function sayingOf(world: World, resident: Resident, said: JsonObject): Promise<Saying> {
  const type = required(said, 'type');
  const sayer = Object.hasOwn(SAYERS, type) ? SAYERS[type] : undefined;
  if (sayer === undefined) throw new ControlError(400, `type is one of ${Object.keys(SAYERS).join(', ')}`);
  return sayer(world, resident, said);
}
