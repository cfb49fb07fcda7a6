import { countChars, firstChars } from '../kernel/index.ts';
import { KIND_NAMES, maskPhone } from '../complaints/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import type { Speech } from './speech.ts';
import type { ComplaintFlow } from './state.ts';
import type { Villages } from './villages.ts';
import { attachmentsOf } from './what-was-said.ts';

/** What the complaint flow asks, and what it says where an answer was not understood. */
export interface ComplaintWords {
  /** The question that the flow is waiting on. */
  question(flow: ComplaintFlow): string;
  /** An answer to it with its meaning, for who has answered something else. */
  example(flow: ComplaintFlow): string;
  /** Every way out, for who has answered something else twice: never one number alone. */
  choices(flow: ComplaintFlow): string;
}

export function createComplaintWords(deps: { speech: Speech; villages: Villages; sealer: Sealer }): ComplaintWords {
  const { villages, sealer } = deps;
  const { say } = deps.speech;

  const summary = (flow: ComplaintFlow): string => {
    const words = flow.parts.flatMap((part) => (part.text ? [part.text] : [])).join(' ');
    const text = say('complaintSummary', {
      kind: flow.kind ? KIND_NAMES[flow.kind] : say('kindUnset'),
      village: villages.name(flow.villageCode),
      text: countChars(words) > 200 ? `${firstChars(words, 200)}……` : words || say('noWords'),
      attachments: attachmentsOf(flow.parts) || say('noAttachments'),
      phone: flow.phone === null ? say('phoneSkipped') : maskPhone(sealer.open(flow.phone)),
    });
    return `${text}\n\n${say('complaintConfirmHint')}`;
  };

  return {
    question: (flow) => {
      switch (flow.step) {
        case 'kind':
          return say('complaintKind');
        case 'village':
          return say('complaintVillage', { list: villages.list(flow.page) });
        case 'collect':
          return flow.parts.length === 0
            ? say('complaintText')
            : say('complaintTextMore', { count: flow.parts.length });
        case 'phone':
          return say('complaintPhone');
        case 'confirm':
          return flow.fixing === 'what' ? say('complaintFix') : summary(flow);
      }
    },
    example: (flow) => {
      switch (flow.step) {
        case 'kind':
          return say('exampleOf', { n: 3, name: KIND_NAMES.complain });
        case 'village':
          return villages.example();
        default:
          return '确认';
      }
    },
    choices: (flow) => {
      switch (flow.step) {
        case 'kind':
          return say('choicesKind');
        case 'village':
          return say('choicesVillage');
        default:
          return say('choicesConfirm');
      }
    },
  };
}
