// A store for Keyv that answers asynchronously, as a remote one does, and fails for keys that end in `failed`.

export class SlowStore {
  namespace: string | undefined = undefined;
  readonly opts = {};
  readonly map = new Map<string, unknown>();

  async get(key: string): Promise<unknown> {
    await new Promise((resolve) => setImmediate(resolve));
    if (key.endsWith('failed')) throw Object.assign(new Error('on purpose'), { code: 'EPURPOSE' });
    return this.map.get(key);
  }

  async set(key: string, value: unknown): Promise<boolean> {
    return this.map.set(key, value).size > 0;
  }

  async delete(key: string): Promise<boolean> {
    return this.map.delete(key);
  }

  async has(key: string): Promise<boolean> {
    return this.map.has(key);
  }

  async clear(): Promise<void> {
    this.map.clear();
  }
}
