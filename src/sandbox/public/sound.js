// Voices: their length, and playing them. WeChat records AMR, which no browser plays; /amr.js decodes it.

/** Bytes of a frame of AMR narrow band with its head, by mode (3GPP TS 26.101); each is 20 ms. */
const FRAME_BYTES = [13, 14, 16, 18, 20, 21, 27, 32, 6];
const HEAD = '#!AMR\n';

const isAmr = (bytes) => new TextDecoder().decode(bytes.subarray(0, HEAD.length)) === HEAD;

/** Whole seconds of an AMR recording, at least 1. */
function amrSeconds(bytes) {
  let frames = 0;
  // Modes 9 to 15 carry no sound: one byte.
  for (let at = HEAD.length; at < bytes.length; at += FRAME_BYTES[(bytes[at] >> 3) & 15] ?? 1) frames += 1;
  return Math.max(1, Math.round(frames / 50));
}

let decoder;

/** The decoder, half a megabyte, loaded when the first voice is played. */
function loadDecoder() {
  decoder ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/amr.js';
    script.addEventListener('load', () => resolve(window.BenzAMRRecorder));
    script.addEventListener('error', () => {
      decoder = undefined;
      reject(new Error('解码器没有取到'));
    });
    document.head.append(script);
  });
  return decoder;
}

async function amrPlayer(bytes, onEnd) {
  const Recorder = await loadDecoder();
  const player = new Recorder();
  await player.initWithArrayBuffer(bytes.buffer.slice(0));
  player.onEnded(onEnd);
  player.onStop(onEnd);
  return { play: () => player.play(), stop: () => player.stop() };
}

function plainPlayer(url, onEnd) {
  const audio = new Audio(url);
  audio.addEventListener('ended', onEnd);
  audio.addEventListener('pause', onEnd);
  return {
    play: async () => {
      audio.currentTime = 0;
      await audio.play();
    },
    stop: () => audio.pause(),
  };
}

/** The voice that is heard now: another one ends it, as on the real phone. */
let heard;

/**
 * A voice at an address. `onLength(seconds)` is told its length where that is known, `onState(playing)` when it begins
 * and ends. Answers `toggle()`, which plays or stops; it rejects where there is nothing to play.
 */
export function voiceAt(url, onLength, onState) {
  /** Plays now; undefined while nothing does. */
  let player;
  const stop = () => player?.stop();
  const bytes = (async () => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error('语音取不到');
    return new Uint8Array(await answer.arrayBuffer());
  })();
  bytes.then(
    (found) => {
      if (isAmr(found)) return onLength(amrSeconds(found));
      const audio = new Audio(url);
      audio.preload = 'metadata';
      audio.addEventListener('loadedmetadata', () => onLength(Math.max(1, Math.round(audio.duration))));
    },
    // Told when somebody wants to hear it.
    () => undefined,
  );
  return async () => {
    if (player !== undefined) return stop();
    const found = await bytes;
    // A player for each time: the decoder reports the end of one that was stopped late, when the next plays already.
    const onEnd = () => {
      if (player !== own) return;
      player = undefined;
      if (heard === stop) heard = undefined;
      onState(false);
    };
    const own = isAmr(found) ? await amrPlayer(found, onEnd) : plainPlayer(url, onEnd);
    heard?.();
    heard = stop;
    player = own;
    onState(true);
    try {
      await own.play();
    } catch (error) {
      onEnd();
      throw error;
    }
  };
}
