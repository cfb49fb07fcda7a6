import type { Behaviour, FaultRequest } from './contract.ts';
import { ControlError } from './control-error.ts';
import { integerAt, type JsonObject, stringAt } from './json.ts';

const FAULT_KEYS = new Set(['path', 'errcode', 'status', 'delayMs', 'dropAnswer', 'effect', 'times']);

function wholeNumber(from: JsonObject, key: string, least: number): number | undefined {
  if (from[key] === undefined) return undefined;
  const value = typeof from[key] === 'number' ? integerAt(from, key) : undefined;
  if (value === undefined || value < least) throw new ControlError(400, `${key} is a whole number from ${least}`);
  return value;
}

function flag(from: JsonObject, key: string): boolean | undefined {
  const value = from[key];
  if (value !== undefined && typeof value !== 'boolean') throw new ControlError(400, `${key} is true or false`);
  return value;
}

/** A fault as it was asked for; throws ControlError where it says nothing or something unknown. */
export function checkedFault(body: JsonObject): FaultRequest {
  const unknown = Object.keys(body).find((key) => !FAULT_KEYS.has(key));
  if (unknown !== undefined) throw new ControlError(400, `unknown member ${unknown}`);
  const path = stringAt(body, 'path');
  if (path === undefined || path === '') throw new ControlError(400, 'path is a string');
  const errcode = wholeNumber(body, 'errcode', -1);
  const status = wholeNumber(body, 'status', 400);
  const delayMs = wholeNumber(body, 'delayMs', 0);
  const times = wholeNumber(body, 'times', 1);
  const dropAnswer = flag(body, 'dropAnswer');
  const effect = flag(body, 'effect');
  if (errcode === undefined && status === undefined && delayMs === undefined && dropAnswer !== true) {
    throw new ControlError(400, 'one of errcode, status, delayMs, dropAnswer');
  }
  return {
    path,
    ...(errcode === undefined ? {} : { errcode }),
    ...(status === undefined ? {} : { status }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(dropAnswer === undefined ? {} : { dropAnswer }),
    ...(effect === undefined ? {} : { effect }),
    ...(times === undefined ? {} : { times }),
  };
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  finishMode: ['auto', 'hold', 'drop', 'twice'],
  massCheckOrder: ['clientmsgid', 'media'],
  endOfList: ['empty', 'last-id'],
};

/** Members of Behaviour to change; throws ControlError for an unknown one or another type. */
export function checkedBehaviour(body: JsonObject, current: Behaviour): Partial<Behaviour> {
  for (const [key, value] of Object.entries(body)) {
    if (!Object.hasOwn(current, key)) throw new ControlError(400, `unknown member ${key}`);
    const wanted = typeof current[key as keyof Behaviour];
    const choices = CHOICES[key];
    const fits = typeof value === wanted && (wanted !== 'number' || (Number.isFinite(value) && Number(value) >= 0));
    if (!fits) throw new ControlError(400, `${key} is a ${wanted}`);
    if (choices !== undefined && !choices.includes(String(value))) {
      throw new ControlError(400, `${key} is one of ${choices.join(', ')}`);
    }
  }
  return body;
}
