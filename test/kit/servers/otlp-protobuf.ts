// Decodes OTLP requests from protobuf into the shape of their JSON form; written from the protocol files, version 1.9.

type Kind = 'string' | 'bytes' | 'bool' | 'number' | 'int64' | 'double' | 'fixed64' | 'doubles' | 'fixed64s' | (() => Message);

/** Fields by their number: name, kind, and whether there are several. */
type Message = Readonly<Record<number, readonly [name: string, kind: Kind, isRepeated?: true]>>;

const anyValue: Message = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int64'],
  4: ['doubleValue', 'double'],
};
const keyValue: Message = { 1: ['key', 'string'], 2: ['value', () => anyValue] };
const resource: Message = { 1: ['attributes', () => keyValue, true] };
const scope: Message = { 1: ['name', 'string'], 2: ['version', 'string'] };
const numberPoint: Message = {
  2: ['startTimeUnixNano', 'fixed64'],
  3: ['timeUnixNano', 'fixed64'],
  4: ['asDouble', 'double'],
  6: ['asInt', 'fixed64'],
  7: ['attributes', () => keyValue, true],
};
const histogramPoint: Message = {
  2: ['startTimeUnixNano', 'fixed64'],
  3: ['timeUnixNano', 'fixed64'],
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  6: ['bucketCounts', 'fixed64s'],
  7: ['explicitBounds', 'doubles'],
  9: ['attributes', () => keyValue, true],
};
const exponentialPoint: Message = { 1: ['attributes', () => keyValue, true], 4: ['count', 'fixed64'], 5: ['sum', 'double'] };
const metric: Message = {
  1: ['name', 'string'],
  2: ['description', 'string'],
  3: ['unit', 'string'],
  5: ['gauge', () => ({ 1: ['dataPoints', () => numberPoint, true] })],
  7: [
    'sum',
    () => ({ 1: ['dataPoints', () => numberPoint, true], 2: ['aggregationTemporality', 'number'], 3: ['isMonotonic', 'bool'] }),
  ],
  9: ['histogram', () => ({ 1: ['dataPoints', () => histogramPoint, true], 2: ['aggregationTemporality', 'number'] })],
  10: [
    'exponentialHistogram',
    () => ({ 1: ['dataPoints', () => exponentialPoint, true], 2: ['aggregationTemporality', 'number'] }),
  ],
};
const scopeMetrics: Message = { 1: ['scope', () => scope], 2: ['metrics', () => metric, true] };
const resourceMetrics: Message = { 1: ['resource', () => resource], 2: ['scopeMetrics', () => scopeMetrics, true] };
const span: Message = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'string'],
  6: ['kind', 'number'],
  9: ['attributes', () => keyValue, true],
};
const scopeSpans: Message = { 1: ['scope', () => scope], 2: ['spans', () => span, true] };
const resourceSpans: Message = { 1: ['resource', () => resource], 2: ['scopeSpans', () => scopeSpans, true] };

export const metricsRequest: Message = { 1: ['resourceMetrics', () => resourceMetrics, true] };
export const tracesRequest: Message = { 1: ['resourceSpans', () => resourceSpans, true] };

type Decoded = Record<string, unknown>;

export function decode(bytes: Buffer, message: Message): Decoded {
  const result: Decoded = {};
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    const [name, kind, isRepeated] = message[tag >>> 3] ?? [];
    const raw = reader.value(tag & 7);
    if (name === undefined || kind === undefined) continue;
    const value = convert(raw, kind);
    if (isRepeated === true) ((result[name] ??= []) as unknown[]).push(value);
    else result[name] = value;
  }
  return result;
}

function convert(raw: bigint | Buffer, kind: Kind): unknown {
  if (typeof raw === 'bigint') return kind === 'bool' ? raw !== 0n : kind === 'number' ? Number(raw) : String(raw);
  if (typeof kind === 'function') return decode(raw, kind());
  const each = <T>(read: (at: number) => T): T[] => Array.from({ length: raw.length / 8 }, (_, index) => read(index * 8));
  if (kind === 'double') return raw.readDoubleLE(0);
  if (kind === 'fixed64') return String(raw.readBigUInt64LE(0));
  if (kind === 'doubles') return each((at) => raw.readDoubleLE(at));
  if (kind === 'fixed64s') return each((at) => String(raw.readBigUInt64LE(at)));
  return raw.toString(kind === 'bytes' ? 'hex' : 'utf8');
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.#at);
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  value(wireType: number): bigint | Buffer {
    if (wireType === 0) return this.varint();
    const length = wireType === 2 ? Number(this.varint()) : { 1: 8, 5: 4 }[wireType];
    if (length === undefined) throw new Error(`wire type ${wireType} is not of protobuf 3`);
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }
}
