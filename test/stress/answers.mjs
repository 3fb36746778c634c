// @ts-check
// Compares what honest runtimes answer with what their models at the host know.
import { inspect, isDeepStrictEqual } from 'node:util';

/** Enough to see what is wrong. */
const mostTold = 20;

/** @param {unknown} value */
function show(value) {
  const text = inspect(value, { depth: 4, maxStringLength: 200, maxArrayLength: 20 });
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}

export class Answers {
  right = 0;
  /** @type {string[]} */
  wrong = [];

  /** @param {string} question @param {unknown} actual @param {unknown} expected */
  compare(question, actual, expected) {
    if (isDeepStrictEqual(actual, expected)) this.right++;
    else this.fail(`${question}: ${show(actual)}, not ${show(expected)}`);
  }

  /**
   * A call that must fail: with `field` of its error being `expected`.
   * @param {string} question @param {() => unknown} call @param {'code' | 'message' | 'cause'} field @param {unknown} expected
   */
  async compareFailure(question, call, field, expected) {
    let outcome;
    try {
      outcome = { value: await call() };
    } catch (error) {
      outcome = /** @type {Record<string, unknown>} */ (error)[field];
    }
    this.compare(question, outcome, expected);
  }

  /** @param {string} what */
  fail(what) {
    if (this.wrong.length < mostTold) this.wrong.push(what);
  }

  /** Takes over those of a worker. @param {{ right: number, wrong: string[] }} others */
  add({ right, wrong }) {
    this.right += right;
    for (const what of wrong) this.fail(what);
  }
}
