import { markAsUntransferable } from 'node:worker_threads';
import {
  DataCloneError,
  JavaScriptError,
  type JsFunction,
  type Runtime,
  SerializationLimitError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild, packagePath } from './support/child.js';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;

/** Below and above what travels inside a message. */
const sizes = [0, 1, 64, 65, 4095, 4096, 100_000];

/** Bytes that tell their place. */
function filled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
}

function identity(runtime: Runtime): JsFunction<[unknown], never> {
  return runtime.eval<JsFunction<[unknown], never>>('(value) => value');
}

describe.each(sizes)('an ArrayBuffer of %d bytes', (size) => {
  it('is gone at the host when it is moved in the arguments', () => {
    const runtime = makeRuntime();
    runtime.eval('let kept; function keep(bytes) { kept = bytes; return [kept.length, kept.at(-1)]; }');
    const keep = runtime.eval<JsFunction>('keep').with({ transfer: 'arguments' });
    const bytes = filled(size);
    const last = bytes.at(-1);
    expect(keep(bytes)).toStrictEqual([size, last]);
    expect([bytes.length, bytes.buffer.byteLength]).toStrictEqual([0, 0]);
    expect(runtime.eval('kept')).toStrictEqual(filled(size));
  });

  it('is gone in the plugin when it is moved in the result', () => {
    const runtime = makeRuntime();
    runtime.eval(`const made = Uint8Array.from({ length: ${size} }, (_, i) => (i * 7) % 251)`);
    expect(runtime.eval('made')).toStrictEqual(filled(size));
    expect(runtime.eval('made.length')).toBe(size);
    expect(runtime.eval('made', { transfer: 'result' })).toStrictEqual(filled(size));
    expect(runtime.eval('[made.length, made.buffer.byteLength]')).toStrictEqual([0, 0]);
    expect(runtime.eval('made[0] = 1; made[0]')).toBeUndefined();
  });

  it('goes there and back', () => {
    const move = identity(makeRuntime()).with({ transfer: 'both' });
    const buffer = filled(size).buffer as ArrayBuffer;
    const back: ArrayBuffer = move(buffer);
    expect(buffer.byteLength).toBe(0);
    expect(new Uint8Array(back)).toStrictEqual(filled(size));
    new Uint8Array(back).fill(9);
    expect(new Uint8Array(move(back))).toStrictEqual(new Uint8Array(size).fill(9));
  });

  it('is moved by async calls', async () => {
    const runtime = makeRuntime();
    runtime.eval('var seen; async function hand(bytes) { await 1; return (seen = bytes); }');
    const hand = runtime.eval<JsFunction<[Uint8Array], Uint8Array>>('hand').with({ transfer: 'both' });
    const bytes = filled(size);
    expect(await hand.callAsync(bytes)).toStrictEqual(filled(size));
    expect([bytes.length, runtime.eval('seen.length')]).toStrictEqual([0, 0]);
    const made = runtime.evalAsync('(async () => { await 1; return (seen = new Uint8Array(5)); })()', {
      transfer: 'result',
    });
    expect(await made).toStrictEqual(new Uint8Array(5));
    expect(runtime.eval('seen.length')).toBe(0);
  });
});

describe('what is moved', () => {
  it('is nothing by default, nor after none', () => {
    const runtime = makeRuntime();
    runtime.eval('let seen; function hand(bytes) { return (seen = bytes); }');
    const hand = runtime.eval<JsFunction>('hand');
    const moving = hand.with({ transfer: 'both' });
    for (const copying of [hand, moving.with({ transfer: 'none' }), hand.with({ transfer: undefined })]) {
      const bytes = filled(5000);
      expect(copying(bytes)).toStrictEqual(bytes);
      expect(runtime.eval('seen.length')).toBe(5000);
    }
    for (const both of [moving, moving.with({ timeout: 10_000 }), moving.with({ this: {} })]) {
      const bytes = filled(5000);
      both(bytes);
      expect([bytes.length, runtime.eval('seen.length')]).toStrictEqual([0, 0]);
    }
  });

  it('is of the arguments or of the result alone, where that is said', () => {
    const runtime = makeRuntime();
    runtime.eval('let seen; function hand(bytes) { return (seen = bytes); }');
    const hand = runtime.eval<JsFunction>('hand');
    const one = filled(5000);
    hand.with({ transfer: 'arguments' })(one);
    expect([one.length, runtime.eval('seen.length')]).toStrictEqual([0, 5000]);
    const other = filled(5000);
    hand.with({ transfer: 'result' })(other);
    expect([other.length, runtime.eval('seen.length')]).toStrictEqual([5000, 0]);
  });

  it('may lie anywhere in a value, and keeps its identity there', () => {
    const move = identity(makeRuntime()).with({ transfer: 'both' });
    const { buffer } = filled(8192);
    const small = new Float64Array([1.5, -0]);
    const value = {
      list: [buffer, { again: buffer }],
      map: new Map([['view', new DataView(buffer)]]),
      part: new Uint8Array(buffer, 8, 16),
      small,
    };
    const back: typeof value = move(value);
    expect([buffer.byteLength, small.length, value.part.length]).toStrictEqual([0, 0, 0]);
    const moved = back.list[0] as ArrayBuffer;
    expect(new Uint8Array(moved)).toStrictEqual(filled(8192));
    expect(back.list[1]).toStrictEqual({ again: moved });
    expect(back.map.get('view')?.buffer).toBe(moved);
    expect(back.part.buffer).toBe(moved);
    expect(back.part).toStrictEqual(filled(8192).subarray(8, 24));
    expect(back.small).toStrictEqual(new Float64Array([1.5, -0]));
  });

  it('is never a part of a buffer: that is copied', () => {
    const move = identity(makeRuntime()).with({ transfer: 'both' });
    const bytes = filled(20_000);
    const part = bytes.subarray(4, 10_000);
    expect(move(part)).toStrictEqual(filled(20_000).subarray(4, 10_000).slice());
    const pooled = Buffer.from('a window on a pool');
    expect(Buffer.from(move(pooled) as Uint8Array).toString()).toBe('a window on a pool');
    expect(pooled.toString()).toBe('a window on a pool');
    expect(bytes).toStrictEqual(filled(20_000));
  });

  it('is nothing that Node keeps where it is: its pool, what is marked', () => {
    const move = identity(makeRuntime()).with({ transfer: 'both' });
    const pooled = Buffer.from('y');
    const pool = pooled.buffer;
    const copy = new Uint8Array(move(pool) as ArrayBuffer);
    expect(copy[pooled.byteOffset]).toBe('y'.charCodeAt(0));
    copy.fill(0);
    expect(pooled.toString()).toBe('y');
    expect(Buffer.from('still there').toString()).toBe('still there');
    for (const size of [10, 5000]) {
      const marked = filled(size);
      markAsUntransferable(marked.buffer);
      expect(move([filled(9000), marked])).toStrictEqual([filled(9000), filled(size)]);
      expect(marked).toStrictEqual(filled(size));
    }
  });

  it('is moved by a host function as well, and where a promise of the host’s has brought it', async () => {
    const runtime = makeRuntime();
    const keep = runtime.eval<JsFunction>('(bytes) => bytes.length').with({ transfer: 'arguments' });
    let left: Uint8Array | undefined;
    runtime.bindFunction('pass', (bytes: Uint8Array) => {
      left = bytes;
      return keep(bytes);
    });
    expect(runtime.eval('pass(new Uint8Array(100_000))')).toBe(100_000);
    expect(left?.length).toBe(0);
    runtime.bindFunction('get', async () => filled(100_000));
    const moved = runtime.evalAsync('var kept; get().then((bytes) => (kept = bytes))', {
      transfer: 'result',
    });
    expect(await moved).toStrictEqual(filled(100_000));
    expect(runtime.eval('kept.length')).toBe(0);
  });

  it('is no resizable buffer, and no memory of WebAssembly: those are copied', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    runtime.eval('const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 })');
    runtime.eval('new Uint8Array(memory.buffer).fill(5)');
    const copy = runtime.eval<ArrayBuffer>('memory.buffer', { transfer: 'result' });
    expect(new Uint8Array(copy)).toStrictEqual(new Uint8Array(65_536).fill(5));
    expect(
      runtime.eval('memory.grow(1); [memory.buffer.byteLength, new Uint8Array(memory.buffer)[9]]'),
    ).toStrictEqual([131_072, 5]);
    runtime.eval('const resizable = new ArrayBuffer(6000, { maxByteLength: 9000 })');
    expect(runtime.eval<ArrayBuffer>('resizable', { transfer: 'result' }).byteLength).toBe(6000);
    expect(runtime.eval('resizable.resize(7000); resizable.byteLength')).toBe(7000);
  });

  it('stays where it was if the value can’t cross', () => {
    const runtime = makeRuntime({ maxSerializationBytes: 100_000 });
    runtime.eval('const made = new Uint8Array(5000).fill(3)');
    const move = identity(runtime).with({ transfer: 'both' });
    const bytes = filled(5000);
    expect(errorOf(() => move([bytes, Symbol('no')]), DataCloneError).message).toContain('arguments[0][1]');
    errorOf(() => move([bytes, new Uint8Array(100_000)]), SerializationLimitError);
    errorOf(() => runtime.eval('[made, Symbol()]', { transfer: 'result' }), DataCloneError);
    const thrown = errorOf(
      () => runtime.eval('({ made, get fails() { throw new Error("read"); } })', { transfer: 'result' }),
      JavaScriptError,
    );
    expect(thrown.message).toBe('read');
    expect(bytes).toStrictEqual(filled(5000));
    expect(runtime.eval('made')).toStrictEqual(new Uint8Array(5000).fill(3));
  });

  it('is one buffer’s memory: not of one that a getter has moved on meanwhile', () => {
    const move = identity(makeRuntime()).with({ transfer: 'both' });
    for (const size of [10, 5000]) {
      const buffer = filled(size).buffer as ArrayBuffer;
      let stolen: ArrayBuffer | undefined;
      const value = {
        buffer,
        get steal() {
          stolen = structuredClone(buffer, { transfer: [buffer] });
          return 1;
        },
      };
      expect(errorOf(() => move(value), DataCloneError).message).toContain('changed');
      expect(new Uint8Array(stolen as ArrayBuffer)).toStrictEqual(filled(size));
    }
  });

  it.runIf('transfer' in ArrayBuffer.prototype)('nor of one that the plugin’s getter has moved on', () => {
    const runtime = makeRuntime();
    for (const size of [10, 5000]) {
      const code = `var buffer = new ArrayBuffer(${size}); ({ buffer, get steal() { globalThis.stolen = buffer.transfer(); return 1; } })`;
      expect(errorOf(() => runtime.eval(code, { transfer: 'result' }), DataCloneError).path).toBe('result');
      expect(runtime.eval('new Uint8Array(stolen).fill(4).length')).toBe(size);
    }
  });

  it('does not come back to a plugin whose function fails with it', () => {
    const runtime = makeRuntime();
    const fail = runtime
      .eval<JsFunction>('(bytes) => { throw new Error("no"); }')
      .with({ transfer: 'arguments' });
    const bytes = filled(5000);
    errorOf(() => fail(bytes), JavaScriptError);
    expect(bytes.length).toBe(0);
    expectUsable(runtime);
  });
});

describe('the memory of what is moved', () => {
  it('counts where it is', () => {
    const runtime = makeRuntime({ maxHeapSize: 32 * MiB });
    const external = () => runtime.getStats().externalMemoryBytes;
    const kept: Uint8Array[] = [];
    for (let i = 0; i < 40; i++)
      kept.push(runtime.eval(`new Uint8Array(${4 * MiB}).fill(${i})`, { transfer: 'result' }));
    expect(kept.map((bytes) => bytes[MiB])).toStrictEqual(kept.map((_, i) => i));
    expect(external()).toBe(0);

    runtime.eval('const held = []; function hold(bytes) { held.push(bytes); return held.length; }');
    const hold = runtime.eval<JsFunction>('hold').with({ transfer: 'arguments' });
    expect([1, 2, 3].map(() => hold(kept.pop()))).toStrictEqual([1, 2, 3]);
    expect(external()).toBe(12 * MiB);
    expect(runtime.eval<Uint8Array>('held.pop()', { transfer: 'result' })[5]).toBe(37);
    expect(external()).toBe(8 * MiB);
    expectUsable(runtime);
  });

  it('is refused by a runtime that it does not fit into', () => {
    const runtime = makeRuntime({ maxHeapSize: 32 * MiB, maxSerializationBytes: 128 * MiB });
    const hold = identity(runtime).with({ transfer: 'arguments' });
    const refused = errorOf(() => hold(new Uint8Array(64 * MiB)), JavaScriptError);
    expect(refused.name).toBe('RangeError');
    expectUsable(runtime);
  });

  it('outlives the runtime that made it', () => {
    const runtime = makeRuntime();
    const bytes = runtime.eval<Uint8Array>('new Uint8Array(100_000).fill(8)', { transfer: 'result' });
    runtime.close();
    const other = identity(makeRuntime()).with({ transfer: 'both' });
    expect(other(bytes)).toStrictEqual(new Uint8Array(100_000).fill(8));
    expect(bytes.length).toBe(0);
  });

  it('of a report belongs to one who reads it', () => {
    const runtime = makeRuntime({
      bootstrap: 'throw Object.assign(new Error("no"), { bytes: new Uint8Array(100_000) })',
    });
    const read = () => errorOf(() => runtime.eval('1'), JavaScriptError).properties?.bytes as Uint8Array;
    const all = [read(), read(), read()] as const;
    const other = makeRuntime();
    const write = other.eval<JsFunction>('(bytes) => void bytes.fill(42)').with({ transfer: 'arguments' });
    write(all[0]);
    write(all[1]);
    expect(all.map((bytes) => bytes.length)).toStrictEqual([0, 0, 100_000]);
    expect(all[2].every((byte) => byte === 0)).toBe(true);
  });

  it('goes there and back any number of times, and from one runtime to the next', async () => {
    const script = `
      const [one, other] = [new Runtime({ maxHeapSize: 64 << 20 }), new Runtime({ maxHeapSize: 64 << 20 })];
      const pass = [one, other, one].map((runtime) => runtime.eval('(bytes) => bytes').with({ transfer: 'both' }));
      let bytes = new Uint8Array(1 << 20).fill(6);
      for (let i = 0; i < 60_000; i++) bytes = pass[i % 3](bytes);
      let made = one.eval('new Uint8Array(1 << 20).fill(7)', { transfer: 'result' });
      for (let i = 0; i < 60_000; i++) made = pass[i % 3](made);
      console.log(bytes[99], bytes.length, made[99], made.length);
      console.log(one.getStats().externalMemoryBytes, other.getStats().externalMemoryBytes);
      one.close();
      other.close();
      bytes = made = undefined;
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
    await expectChild(script, [
      '6 1048576 7 1048576',
      '0 0',
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
  });

  it('is freed where the runtime ends with it, also by a worker’s end', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const code = \`
        const { Runtime } = require(${JSON.stringify(packagePath)});
        const runtime = new Runtime();
        const keep = runtime.eval('const all = []; (bytes) => { all.push(bytes); return new Uint8Array(1 << 20); }').with({ transfer: 'both' });
        const kept = [];
        for (let i = 0; i < 20; i++) kept.push(keep(new Uint8Array(1 << 20)));
        require('node:worker_threads').parentPort.postMessage(kept.pop(), []);
      \`;
      (async () => {
        for (let i = 0; i < 20; i++) {
          const worker = new Worker(code, { eval: true });
          const [bytes] = await require('node:events').once(worker, 'message');
          if (i % 2) await worker.terminate();
          if (bytes.length !== 1 << 20) throw new Error('wrong');
        }
        console.log('done');
      })();
    `;
    await expectChild(script, ['done']);
  });
});

describe('the option', () => {
  it('is one of a few words', () => {
    const runtime = makeRuntime();
    const fn = identity(runtime);
    for (const transfer of ['all', true, ['result'], null]) {
      const options = { transfer } as { transfer: 'both' };
      expect(errorOf(() => fn.with(options), TypeError).message).toContain('"transfer"');
      expect(errorOf(() => runtime.eval('1', options as never), TypeError)).toMatchObject({
        code: 'ERR_INVALID_ARG',
      });
    }
    expect(
      errorOf(() => runtime.eval('1', { transfer: 'arguments' as 'result' }), TypeError).message,
    ).toContain('"none" or "result"');
  });

  it('is refused by evalAsync, too, and nothing runs', async () => {
    const runtime = makeRuntime();
    await rejectionOf(runtime.evalAsync('ran = 1', { transfer: 'both' as 'result' }), TypeError);
    expect(runtime.eval('typeof ran')).toBe('undefined');
  });
});
