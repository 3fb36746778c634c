// @ts-check
// Values: what is thrown, or called back, is made to confuse whoever reads it.

const evil =
  'new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; }, ownKeys() { throw 3; }, has() { throw 4; } })';
const revokedFunction =
  '(() => { const { proxy, revoke } = Proxy.revocable(function () {}, {}); revoke(); return proxy; })()';

/** @type {import('../hostile-case.mjs').Script[]} */
export const valuesThrown = [
  { name: 'throw-null', code: 'throw null', expect: ['Error'], why: 'no error, no object' },
  {
    name: 'throw-undefined',
    code: 'throw undefined',
    expect: ['Error'],
    why: 'looks as if nothing was thrown',
  },
  {
    name: 'throw-a-symbol',
    code: 'throw Symbol("s")',
    expect: ['Error'],
    why: 'can be no string, and cannot cross',
  },
  { name: 'throw-a-function', code: 'throw () => 1', expect: ['Error'], why: 'crosses as a handle' },
  {
    name: 'throw-a-bigint',
    code: 'throw 1n',
    expect: ['Error'],
    why: 'a primitive without a prototype of errors',
  },
  { name: 'throw-a-hostile-proxy', code: `throw ${evil}`, expect: ['Error'], why: 'each trap throws' },
  {
    name: 'throw-a-revoked-proxy',
    code: `throw ${revokedFunction}`,
    expect: ['Error'],
    why: 'every touch throws',
  },
  {
    name: 'throw-an-error-of-throwing-getters',
    code: 'const e = new TypeError("x"); for (const k of ["name", "message", "stack", "cause", "errors", "code", "extra"]) Object.defineProperty(e, k, { enumerable: true, get() { throw e; } }); throw e;',
    expect: ['Error', 'TypeError'],
    why: 'each property throws the error itself',
  },
  {
    name: 'throw-an-error-that-names-itself-a-timeout',
    code: 'throw Object.assign(new Error("timed out"), { name: "TimeoutError", code: "ERR_TIMEOUT", kind: "wall" })',
    expect: ['TimeoutError'],
    why: "the name is the plugin's to choose; class and code of the host's error are not",
  },
  {
    name: 'throw-an-error-whose-name-is-no-string',
    code: 'throw Object.assign(new Error("x"), { name: { toString() { throw 1; } }, message: Symbol("m"), stack: 5 })',
    expect: ['Error'],
    why: 'whoever makes it a string falls in',
  },
  {
    name: 'throw-an-error-without-a-prototype',
    code: 'throw Object.setPrototypeOf(new Error("x"), null)',
    expect: ['Error'],
    why: 'no name is inherited',
  },
  {
    name: 'throw-an-error-that-causes-itself',
    code: 'const e = new Error("x"); e.cause = e; e.errors = [e]; throw e;',
    expect: ['Error'],
    why: 'a cycle of causes',
  },
  {
    name: 'throw-in-a-getter-of-the-result',
    code: '({ a: 1, get b() { throw new RangeError("from a getter"); } })',
    expect: ['RangeError'],
    why: "the answer cannot be written; the error is the plugin's",
  },
  {
    name: 'throw-null-in-a-getter-of-the-result',
    code: '({ get b() { throw null; } })',
    expect: ['Error'],
    why: 'as above, by no error',
  },
  {
    name: 'throw-in-a-getter-of-an-argument',
    code: 'let caught; try { echo({ get x() { throw caught = new RangeError("g"); } }); } catch (e) { e === caught }',
    host: ['echo'],
    expect: [{ value: true }],
    why: 'the plugin gets its own error back; the host is not called',
  },
  {
    name: 'call-back-that-gives-a-thenable',
    code: 'let n = 0; const back = call(() => ({ then(resolve) { n++; if (n < 1000) resolve(1); } })); [typeof back, n < 1000]',
    host: ['call'],
    expect: [{ value: ['object', true] }],
    why: 'the host hands on a result that looks like a promise to it',
  },
  {
    name: 'call-back-that-throws-null',
    code: 'try { call(() => { throw null; }); } catch (e) { [e === null || e instanceof Error, e?.constructor === Error || e === null] }',
    host: ['call'],
    expect: [{ value: [true, true] }],
    why: "the plugin's exception goes through a frame of the host",
  },
  {
    name: 'call-back-that-throws-a-proxy',
    code: `try { call(() => { throw ${evil}; }); } catch (e) { typeof e }`,
    host: ['call'],
    expect: [{ value: 'object' }],
    why: 'as above',
  },
  {
    name: 'function-that-is-a-revoked-proxy',
    code: `try { call(${revokedFunction}); } catch (e) { e instanceof TypeError || e.name }`,
    host: ['call'],
    expect: [{ value: true }, { value: 'DataCloneError' }],
    why: 'can be called by nobody',
  },
  {
    name: 'class-given-as-a-function',
    code: 'try { call(class A {}); } catch (e) { e.name }',
    host: ['call'],
    expect: [{ value: 'TypeError' }],
    why: 'can be called by new only',
  },
];
