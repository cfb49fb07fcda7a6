import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { parseInbound, parseJsonFields, parseXml, renderReply } from '../../src/wechat/index.ts';
import { cleanText, parseJsonLossless } from '../../src/wechat/json.ts';
import { cdata, parseAny, parseFlat } from '../../src/wechat/xml.ts';
import { appErrorOf, unlessRefused } from './support.ts';

const checkOf = (run: () => unknown) => appErrorOf(run).details;
const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('parseXml', () => {
  it('gives members as text, repeated ones as lists, nested ones as objects', () => {
    const xml = '\uFEFF<?xml version="1.0"?><xml><A><![CDATA[甲]]></A><N>1</N><N>2</N><G><X a="1">y</X></G><E/></xml>';
    expect(parseXml(xml)).toEqual({ A: '甲', N: ['1', '2'], G: { X: 'y' }, E: '' });
  });

  it('brings any text through, emoji and ]]> included, without what XML forbids', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseXml(`<xml><T>${cdata(text)}</T><End>.</End></xml>`)).toEqual({ T: cleanText(text), End: '.' });
      }),
    );
    expect(parseXml(`<xml><T>${cdata('🏔️\u{20BB7}]]>]]>&<b>\u0000\uD83D')}</T></xml>`)['T']).toBe(
      '🏔️\u{20BB7}]]>]]>&<b>',
    );
  });

  it('keeps a text of white space and the look of a declaration inside CDATA', () => {
    expect(parseXml('<xml><T><![CDATA[  ]]></T><U><![CDATA[<!DOCTYPE a [<!ENTITY b "c">]>]]></U></xml>')).toEqual({
      T: '  ',
      U: '<!DOCTYPE a [<!ENTITY b "c">]>',
    });
  });

  it.each([
    '<!DOCTYPE xml><xml><A>1</A></xml>',
    '<?xml version="1.0"?>\n<!doctype x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>',
    '<!-- <![CDATA[ --><!DOCTYPE x [<!ENTITY a "b">]><xml>]]>&a;</xml>',
    '<?p <![CDATA[ ?><!DOCTYPE x><xml/>',
    '<xml><!ENTITY a "b"></xml>',
    '<xml><!ELEMENT a></xml>',
  ])('refuses the declaration in %s before parsing', (xml) => {
    expect(checkOf(() => parseXml(xml))).toEqual({ check: 'declaration' });
  });

  it.each([
    '',
    'hello',
    '<xml>',
    '<xml><A></xml>',
    '<xml>&undefined;</xml>',
    '<xml>&#x110000;</xml>',
    '<',
    '<![CDATA[',
  ])('refuses %j as no XML', (xml) => {
    expect(appErrorOf(() => parseXml(xml))).toMatchObject({ code: 'invalid_input', status: 400 });
  });

  it('caps size, depth and number of elements', () => {
    expect(checkOf(() => parseXml(`<xml><A>${'x'.repeat(65_536)}</A></xml>`))).toEqual({ check: 'size' });
    expect(checkOf(() => parseXml(`${'<a>'.repeat(9_000)}${'</a>'.repeat(9_000)}`))).toEqual({ check: 'depth' });
    expect(checkOf(() => parseXml(`<xml>${'<a/>'.repeat(3_000)}</xml>`))).toEqual({ check: 'nodes' });
  });

  it('lets no element name reach a prototype', () => {
    const fields = parseXml(
      '<xml><__proto__><polluted>1</polluted></__proto__><constructor>c</constructor><A>1</A></xml>',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(Object.keys(fields)).toEqual(['constructor', 'A']);
    expect(parseInbound(fields).type).toBe('unknown');
  });

  it('never throws anything but an AppError, whatever comes', () => {
    const soup = fc.array(
      fc.constantFrom(
        '<xml>',
        '</xml>',
        '<a>',
        '</a>',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?',
        '?>',
        '&',
        ';',
        '"',
        '=',
        'x',
      ),
    );
    const attempt = () =>
      fc.assert(
        fc.property(
          fc.oneof(
            anyText,
            soup.map((parts) => parts.join('')),
          ),
          (xml) => {
            unlessRefused(() => parseInbound(parseXml(xml)));
          },
        ),
        { numRuns: 500 },
      );
    expect(attempt).not.toThrow();
  });

  it('reads back what renderReply wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (text) => {
        fc.pre(cleanText(text).trim() !== '' && Buffer.byteLength(text) <= 1_800);
        const xml = renderReply({ reply: { type: 'text', text }, to: 'o1', from: 'gh', createTime: 1 });
        expect(parseXml(xml)['Content']).toBe(cleanText(text));
      }),
    );
  });
});

describe('the short way for flat messages', () => {
  const whole = (members: string): string => `<xml>${members}</xml>`;
  /** Members that are nearly those of a flat message: names, texts and spaces in which the two ways could differ. */
  const name = fc.constantFrom('A', 'MsgType', 'x_1', 'constructor', 'toString', '__proto__', '_', '1a', 'é');
  const piece = fc.constantFrom(
    '<![CDATA[',
    ']]>',
    ']]',
    '>',
    '<',
    '&',
    '&amp;',
    '&#65;',
    ' ',
    '\n',
    '\u00A0',
    '\u0000',
    '甲',
    'a',
    '<b>',
    '</b>',
    '<!--',
    '-->',
  );
  const content = fc.oneof(
    fc.array(piece, { maxLength: 4 }).map((parts) => parts.join('')),
    fc.array(piece, { maxLength: 4 }).map((parts) => `<![CDATA[${parts.join('')}]]>`),
    anyText,
    anyText.map(cdata),
  );
  const space = fc.constantFrom('', '', '', ' ', '\n\t', '\u00A0', 'x');
  const member = fc
    .tuple(space, name, content, space)
    .map(([before, of, text, inside]) => `${before}<${of}>${text}</${of}${inside}>`);
  const read = (parse: () => unknown): unknown => {
    try {
      return parse();
    } catch {
      return 'refused';
    }
  };

  it('is taken for what the platform sends, and reads what the parser reads', () => {
    const message = whole(
      '<ToUserName><![CDATA[gh_1]]></ToUserName>\n<CreateTime>1348831860</CreateTime><Content><![CDATA[<a>&]]]]></Content>\n<Event></Event>',
    );
    expect(parseFlat(message)).toEqual({ ToUserName: 'gh_1', CreateTime: '1348831860', Content: '<a>&]]', Event: '' });
    expect(parseFlat(message)).toEqual(parseAny(message));
  });

  it.each([
    whole('<A>1</A><A>2</A>'),
    whole('<A x="1">1</A>'),
    whole('<A>&lt;</A>'),
    whole('<A><![CDATA[a]]><![CDATA[b]]></A>'),
    whole('<A><B>1</B></A>'),
    whole('<A>1</B>'),
    whole('<A>1</A>x'),
    '<xml><A>1</A></xml><xml/>',
    '<?xml version="1.0"?><xml/>',
    '<!DOCTYPE x><xml></xml>',
    whole('<!ENTITY a "b">'),
    `<xml>${Array.from({ length: 101 }, (_, i) => `<A${i}>1</A${i}>`).join('')}</xml>`,
  ])('leaves %j to the parser', (xml) => expect(parseFlat(xml)).toBeNull());

  it('never reads anything otherwise than the parser', () => {
    let short = 0;
    fc.assert(
      fc.property(fc.array(member, { maxLength: 4 }), space, (members, after) => {
        const xml = whole(members.join('')) + after;
        const flat = parseFlat(xml);
        if (flat === null) return;
        short += 1;
        expect(read(() => parseAny(xml))).toEqual(flat);
      }),
      { numRuns: 3_000 },
    );
    expect(short).toBeGreaterThan(100);
  });
});

describe('JSON of the platform', () => {
  it('keeps every digit of ids beyond 2^53', () => {
    const text =
      '{"msg_id":9007199254740993,"n":[-9007199254740993,9007199254740991],"f":1.5e3,"s":"12345678901234567890"}';
    expect(parseJsonLossless(text)).toEqual({
      msg_id: '9007199254740993',
      n: ['-9007199254740993', 9_007_199_254_740_991],
      f: 1_500,
      s: '12345678901234567890',
    });
  });

  it('accepts raw control characters inside strings and leaves escapes alone', () => {
    expect(parseJsonLossless('{"a":"x\u0001\n\\/y\\"12345678901234567890\\\\","b":1}')).toEqual({
      a: 'x\u0001\n/y"12345678901234567890\\',
      b: 1,
    });
  });

  it('agrees with JSON.parse except that huge integers are text', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const huge = (value: unknown) => Number.isInteger(value) && !Number.isSafeInteger(value);
        const expected: unknown = JSON.parse(text, (_key, value: unknown) =>
          huge(value) && /^-?\d+$/.test(String(value)) ? String(value) : value,
        );
        expect(parseJsonLossless(text)).toEqual(expected);
      }),
    );
  });

  it('reads a JSON body within the same guards', () => {
    const fields = parseJsonFields(
      '{"MsgType":"text","MsgId":23456789012345678901,"__proto__":{"polluted":1},"Content":"好","x":1e999}',
    );
    expect(fields).toEqual({ MsgType: 'text', MsgId: '23456789012345678901', Content: '好', x: 'Infinity' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(checkOf(() => parseJsonFields(`{"a":${'['.repeat(20)}${']'.repeat(20)}}`))).toEqual({ check: 'depth' });
    expect(checkOf(() => parseJsonFields('[1]'))).toEqual({ check: 'json' });
    expect(checkOf(() => parseJsonFields('{"a":'))).toEqual({ check: 'json' });
  });
});
