import { computed, ref, type ComputedRef, type Ref } from 'vue';
import { api, wordsOf } from '../api.ts';

/** One file on its way, or one that did not arrive and why. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  /** 0 to 1. */
  readonly part: number;
  readonly failed: string | null;
}

export interface Uploads {
  readonly list: Ref<readonly Upload[]>;
  /** True while anything is on its way or waits for its turn. */
  readonly busy: ComputedRef<boolean>;
  /** Takes files in the order given, one after the other; what is no picture or too large is told and not sent. */
  add(files: readonly File[]): void;
  dismiss(id: number): void;
}

/** `arrived` gets the address of each stored picture; `maxBytes` is the service's limit. */
export function useUploads(maxBytes: () => number, arrived: (path: string) => void): Uploads {
  const list = ref<readonly Upload[]>([]);
  let turn = Promise.resolve();
  let next = 1;
  const change = (id: number, to: Partial<Upload>): void => {
    list.value = list.value.map((one) => (one.id === id ? { ...one, ...to } : one));
  };
  const dismiss = (id: number): void => {
    list.value = list.value.filter((one) => one.id !== id);
  };
  const send = async (id: number, file: File): Promise<void> => {
    try {
      const onProgress = (part: number): void => change(id, { part });
      const { url } = await api<{ url: string }>('POST', '/media', { file, onProgress });
      arrived(new URL(url, window.location.href).pathname);
      dismiss(id);
    } catch (error) {
      change(id, { failed: wordsOf(error) });
    }
  };
  return {
    list,
    busy: computed(() => list.value.some((one) => one.failed === null)),
    add: (files) => {
      for (const file of files) {
        const id = next;
        next += 1;
        const failed = whyNot(file, maxBytes());
        list.value = [...list.value, { id, name: file.name, part: 0, failed }];
        if (failed === null) turn = turn.then(() => send(id, file));
      }
    },
    dismiss,
  };
}

/** What the service would say after minutes of sending, said at once; null where it may be sent. */
function whyNot(file: File, maxBytes: number): string | null {
  if (!file.type.startsWith('image/')) {
    return '这不是图片，这里只能放图片。文字和表格请打开文件，复制后粘贴进来。';
  }
  if (file.size <= maxBytes) return null;
  const mb = (bytes: number): string => (bytes / 1_048_576).toFixed(1).replace('.0', '');
  return `图片有 ${mb(file.size)} MB，最大 ${mb(maxBytes)} MB。请用手机或电脑自带的看图软件缩小后再传。`;
}
