// Caches of cache-manager, with Keyv instrumented beside it: loads, refreshes, each tier on its own, and names.
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sample } from '../../src/core/recording/samples.ts';
import { cacheManager } from '../../src/instrumentations/cache-manager.ts';
import { keyv } from '../../src/instrumentations/keyv.ts';
import { nameCache } from '../../src/recorders/cache/names.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { freePort } from '../kit/free-port.ts';
import { attachAlone, namesOf, type AttachedAlone, valueOf } from '../kit/samples/samples.ts';
import { SlowStore } from '../kit/servers/slow-store.ts';

const require = createRequire(import.meta.url);
const requireOfCacheManager = createRequire(require.resolve('cache-manager'));

type CacheManagerModule = typeof import('cache-manager');
type Tier = ReturnType<CacheManagerModule['createCache']>['stores'][number];
interface KeyvModule {
  readonly Keyv: new (options?: object) => Tier;
}

const load = (): CacheManagerModule => require('cache-manager') as CacheManagerModule;
const loadKeyv = (): KeyvModule => requireOfCacheManager('keyv') as KeyvModule;

let manager: AttachedAlone;
let tiers: AttachedAlone;
let createCache: CacheManagerModule['createCache'];
let Keyv: KeyvModule['Keyv'];
beforeEach(() => {
  manager = attachAlone(cacheManager);
  tiers = attachAlone(keyv);
  ({ createCache } = load());
  ({ Keyv } = loadKeyv());
});
afterEach(() => {
  for (const { attached } of [manager, tiers]) {
    expect(attached.failure).toBeUndefined();
    attached.detach();
  }
});

const loads = async (): Promise<Sample[]> => (await manager.read()).filter(({ name }) => name === 'cache.operation.duration');

/** How many loads there were, by the name of the cache and the error. */
async function loadsByName(): Promise<unknown[]> {
  return (await loads()).map(({ value, attributes }) => {
    expect(attributes).toMatchObject({ 'cache.system': 'cache-manager', 'cache.operation': 'load' });
    return [attributes['cache.name'], attributes['error.type'], value];
  });
}

async function requestsOf(name: string | undefined): Promise<Record<'hit' | 'miss', number | undefined>> {
  const samples = await tiers.read();
  const counted = (result: string): number | undefined =>
    valueOf(samples, 'cache.requests', { 'cache.name': name, 'cache.result': result });
  return { hit: counted('hit'), miss: counted('miss') };
}

const settled = (millis = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

describe('loads of cache-manager', () => {
  it('times a load of cache-manager, which wrap makes for an item that is not there', async () => {
    const cache = createCache();
    const find = async (): Promise<number> => {
      await settled();
      return 1;
    };
    expect(await cache.wrap('a', find)).toBe(1);
    expect(await cache.wrap('a', find)).toBe(1);
    expect(await loadsByName()).toEqual([[undefined, undefined, 1]]);
    expect((await loads())[0]!.sum).toBeGreaterThan(0.01);
    expect(await requestsOf(undefined)).toEqual({ hit: 1, miss: 1 });
  });

  it('records the error of a load of cache-manager, and passes it on', async () => {
    const cache = createCache();
    const error = Object.assign(new Error('on purpose'), { code: 'EPURPOSE' });
    await expect(cache.wrap('a', () => Promise.reject(error))).rejects.toBe(error);
    await expect(
      cache.wrap('b', () => {
        throw error;
      }),
    ).rejects.toBe(error);
    expect(await loadsByName()).toEqual([[undefined, 'EPURPOSE', 2]]);
  });

  it('counts a load of cache-manager once for all that wait for it, who read no tier', async () => {
    const cache = createCache();
    const find = vi.fn(async () => settled().then(() => 1));
    expect(await Promise.all([1, 2, 3].map(() => cache.wrap('a', find)))).toEqual([1, 1, 1]);
    expect(find).toHaveBeenCalledTimes(1);
    expect(await loadsByName()).toEqual([[undefined, undefined, 1]]);
    expect(await requestsOf(undefined)).toEqual({ hit: 0, miss: 1 });
  });

  it('counts a refresh of cache-manager in the background as a load', async () => {
    const cache = createCache({ ttl: 1000, refreshThreshold: 2000 });
    const find = vi.fn(async () => 1);
    await cache.wrap('a', find);
    expect(await cache.wrap('a', find)).toBe(1);
    await settled();
    expect(find).toHaveBeenCalledTimes(2);
    expect(await loadsByName()).toEqual([[undefined, undefined, 2]]);
  });

  it('counts no load of cache-manager for get, set, or a wrap without a function', async () => {
    const cache = createCache();
    await cache.set('a', 1);
    await cache.get('a');
    expect(await cache.wrap('a', 'no function' as never)).toBe(1);
    await expect(cache.wrap('b', 'no function' as never)).rejects.toThrow(TypeError);
    expect(await loads()).toEqual([]);
  });

  it('changes neither the options nor the result of wrap of cache-manager', async () => {
    const cache = createCache();
    const ttl = vi.fn(() => 1000);
    expect(await cache.wrap('a', () => 1, { ttl, raw: true })).toMatchObject({ value: 1 });
    expect(ttl).toHaveBeenCalledWith(1);
    expect(await cache.wrap('a', () => 2, { ttl, raw: true })).toMatchObject({ value: 1, expires: expect.any(Number) });
    expect([cache.wrap.name, createCache.name, createCache.length]).toEqual(['wrap', 'createCache', 1]);
  });
});

describe('tiers of cache-manager', () => {
  it('counts each tier of cache-manager on its own', async () => {
    const slow = new SlowStore();
    const cache = createCache({ stores: [new Keyv(), new Keyv({ store: slow })] });
    nameCache(cache, 'users');
    await cache.get('a');
    await cache.wrap('a', async () => 1);
    await cache.stores[0]!.delete('a');
    expect(await cache.get('a')).toBe(1);
    await cache.mset([{ key: 'b', value: 2 }]);
    expect(await cache.mget(['a', 'b', 'c'])).toEqual([1, 2, undefined]);
    // Asked for a, a, a, and a, b, c.
    expect(await requestsOf('users/primary')).toEqual({ hit: 1, miss: 5 });
    // Asked for a, a, a, and a, c.
    expect(await requestsOf('users/secondary:0')).toEqual({ hit: 2, miss: 3 });
    expect(await loadsByName()).toEqual([['users', undefined, 1]]);
    const named = { 'cache.name': 'users/secondary:0', 'cache.operation': 'get' };
    expect(valueOf(await tiers.read(), 'cache.operation.duration', named)).toBe(5);
  });

  it('reads all tiers of cache-manager at once where it does not wait for one', async () => {
    const cache = createCache({ stores: [new Keyv(), new Keyv()], nonBlocking: true, cacheId: 'race' });
    await cache.get('a');
    await settled();
    for (const name of ['race/primary', 'race/secondary:0']) expect(await requestsOf(name)).toEqual({ hit: 0, miss: 1 });
  });

  it('goes on with the next tier of cache-manager where the first fails', async () => {
    const cache = createCache({ stores: [new Keyv({ store: new SlowStore(), throwOnErrors: true }), new Keyv()] });
    nameCache(cache, 'fragile');
    expect(await cache.get('failed')).toBeUndefined();
    expect(await requestsOf('fragile/primary')).toEqual({ hit: 0, miss: 0 });
    expect(await requestsOf('fragile/secondary:0')).toEqual({ hit: 0, miss: 1 });
  });
});

describe('the name of a cache of cache-manager', () => {
  it('names a cache of cache-manager and its only tier by its own name, else the id of its options', async () => {
    const given = createCache({ cacheId: 'id' });
    nameCache(given, 'given');
    for (const cache of [given, createCache({ cacheId: 'id' }), createCache()]) await cache.wrap('a', async () => 1);
    expect(await loadsByName()).toEqual([
      ['given', undefined, 1],
      ['id', undefined, 1],
      [undefined, undefined, 1],
    ]);
    for (const name of ['given', 'id', undefined]) expect(await requestsOf(name)).toEqual({ hit: 0, miss: 1 });
  });

  it('prefers the own name of a tier to that of its cache of cache-manager', async () => {
    const cache = createCache({ stores: [new Keyv({ namespace: 'own' })], cacheId: 'whole' });
    await cache.get('a');
    expect(await requestsOf('own')).toEqual({ hit: 0, miss: 1 });
  });
});

describe('the instrumentation of cache-manager', () => {
  it('puts no key and no value of cache-manager on the page', async () => {
    await createCache().wrap('secret key', async () => 'secret value');
    expect(JSON.stringify([await manager.read(), await tiers.read()])).not.toContain('secret');
  });

  it('restores cache-manager when it is detached during a load', async () => {
    const exports = load();
    const cache = createCache();
    const watched = cache.wrap;
    let found = (_value: number): void => {};
    const loading = cache.wrap('a', () => new Promise<number>((resolve) => (found = resolve)));
    await settled(5);
    manager.attached.detach();
    found(1);
    expect(await loading).toBe(1);
    expect(cache.wrap).not.toBe(watched);
    expect(exports.createCache).not.toBe(createCache);
    manager = attachAlone(cacheManager);
    const again = load().createCache();
    await again.wrap('b', async () => 1);
    expect(await loadsByName()).toEqual([[undefined, undefined, 1]]);
  });

  it('keeps a spy of the application on cache-manager, and counts nothing below it once detached', async () => {
    const cache = createCache();
    const spy = vi.spyOn(cache, 'wrap');
    await cache.wrap('a', async () => 1);
    manager.attached.detach();
    await cache.wrap('b', async () => 1);
    expect(spy).toHaveBeenCalledTimes(2);
    expect(cache.wrap).toBe(spy);
    expect(namesOf(await manager.read())).toEqual(['cache.operation.duration']);
    expect(await loadsByName()).toEqual([[undefined, undefined, 1]]);
  });
});

const ES_MODULE = `
  import { cacheManager } from './src/instrumentations/cache-manager.ts';
  import { keyv } from './src/instrumentations/keyv.ts';
  import { attachAlone } from './test/kit/samples/samples.ts';
  const alone = [cacheManager, keyv, cacheManager].map(attachAlone);
  const { createCache } = await import('cache-manager');
  const { Keyv } = await import('keyv');
  const counts = async () => {
    const samples = (await Promise.all(alone.map(({ read }) => read()))).flat();
    return samples.map(({ name, value, attributes }) =>
      [name, attributes['cache.name'], attributes['cache.result'] ?? attributes['error.type'] ?? '-', value].join(' '));
  };`;

const sourceUrl = (path: string): string => new URL(`../../${path}`, import.meta.url).href;

/** Runs a program from a file, in a folder where packages are installed. */
async function runProgram(
  text: string,
  options: readonly string[] = [],
  env?: Readonly<Record<string, string>>,
): ReturnType<typeof runToEnd> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-caches-')));
  symlinkSync(fileURLToPath(sourceUrl('node_modules')), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'program.mjs'), text);
  const ended = await runToEnd([...options, join(folder, 'program.mjs')], env);
  rmSync(folder, { recursive: true });
  return ended;
}

describe('cache-manager and Keyv as ES modules', () => {
  it('counts ES modules of cache-manager and Keyv like CommonJS, and restores them', async () => {
    const script = `${ES_MODULE}
      console.log(createCache.name, createCache.length, Object.keys(await import('cache-manager')).join());
      const cache = createCache({ cacheId: 'users' });
      const { wrap } = cache;
      await cache.wrap('a', async () => 1);
      await cache.wrap('b', () => Promise.reject(new TypeError('on purpose'))).catch(() => {});
      await new Keyv({ namespace: 'own' }).get('a');
      console.log((await counts()).join('\\n'));
      for (const { attached } of alone) attached.detach();
      console.log(cache.wrap === wrap, alone.map(({ attached }) => attached.failure));
      await createCache({ cacheId: 'later' }).wrap('a', async () => 1);
      console.log((await counts()).some((line) => line.includes('later')));`;
    const { stdout, stderr, code } = await runToEnd(['--input-type=module', '--eval', script]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.trim().split('\n')).toEqual([
      'createCache 1 KeyvAdapter,createCache',
      'cache.operation.duration users - 1',
      'cache.operation.duration users TypeError 1',
      'cache.requests users hit 0',
      'cache.requests users miss 2',
      'cache.requests own hit 0',
      'cache.requests own miss 1',
      'cache.items users - 1',
      'cache.items own - 0',
      'false [ undefined, undefined, undefined ]',
      'false',
    ]);
  });

  it('lets a cache of cache-manager and its tiers be collected, and the process exit', async () => {
    const script = `${ES_MODULE}
      const shared = new Keyv();
      const gone = await (async () => {
        const caches = [createCache({ cacheId: 'one' }), createCache({ stores: [shared, new Keyv()] })];
        await Promise.all(caches.map((cache) => cache.wrap('a', async () => 1)));
        return [...caches, caches[0].stores[0], caches[1].stores[1]].map((one) => new WeakRef(one));
      })();
      const held = () => gone.filter((one) => one.deref() !== undefined).length;
      for (let turn = 0; turn < 50 && held() > 0; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
      }
      console.log(held(), await shared.get('a'));`;
    const { stdout, stderr, code } = await runToEnd(['--expose-gc', '--input-type=module', '--eval', script]);
    expect({ stdout, stderr, code }).toEqual({ stdout: '0 1\n', stderr: '', code: 0 });
  });

  it('counts cache-manager and Keyv of a running program', async () => {
    const { stdout, stderr } = await runProgram(`
      import { cacheManager } from '${sourceUrl('src/instrumentations/cache-manager.ts')}';
      import { keyv } from '${sourceUrl('src/instrumentations/keyv.ts')}';
      import { attachAlone, namesOf } from '${sourceUrl('test/kit/samples/samples.ts')}';
      const alone = [cacheManager, keyv].map(attachAlone);
      const { createCache } = await import('cache-manager');
      await createCache().wrap('a', async () => 1);
      const names = await Promise.all(alone.map(async ({ read }) => namesOf(await read())));
      console.log(names.flat().toSorted().join());`);
    expect({ stdout, stderr }).toEqual({ stdout: 'cache.items,cache.operation.duration,cache.requests\n', stderr: '' });
  });

  it('counts the Keyv within cache-manager also where cache-manager was loaded before promtel', async () => {
    const { stdout, stderr } = await runProgram(`
      import { createCache } from 'cache-manager';
      import { cacheManager } from '${sourceUrl('src/instrumentations/cache-manager.ts')}';
      import { keyv } from '${sourceUrl('src/instrumentations/keyv.ts')}';
      import { onProblem } from '${sourceUrl('src/core/problem.ts')}';
      import { attachAlone, namesOf } from '${sourceUrl('test/kit/samples/samples.ts')}';
      onProblem(({ subject, message }) => console.error(subject, message));
      const [, { read }] = [cacheManager, keyv].map(attachAlone);
      await createCache().get('a');
      console.log(namesOf(await read()).toSorted().join());`);
    expect(stdout).toBe('cache.items,cache.requests\n');
    expect(stderr.match(/^.*is out of sight/gm)).toEqual(['package cache-manager is out of sight']);
  });

  it('counts cache-manager and Keyv of a program that imports them at its top, and lets it exit by itself', async () => {
    const program = `
      import { createCache } from 'cache-manager';
      import { Keyv } from 'keyv';
      await createCache({ cacheId: 'users' }).wrap('a', async () => 1);
      await new Keyv({ namespace: 'own' }).get('a');
      const page = await (await fetch('http://127.0.0.1:' + process.env.OTEL_EXPORTER_PROMETHEUS_PORT + '/metrics')).text();
      console.log(page.match(/^cache_(?:requests_total|operation_duration_seconds_count).* 1$/gm).join('\\n'));`;
    const env = { OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) };
    const { stdout, code } = await runProgram(program, ['--import', sourceUrl('register.js')], env);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'cache_operation_duration_seconds_count{cache_name="users",cache_operation="load",cache_system="cache-manager"} 1',
      'cache_requests_total{cache_name="own",cache_result="miss",cache_system="keyv"} 1',
      'cache_requests_total{cache_name="users",cache_result="miss",cache_system="keyv"} 1',
    ]);
  });
});
