// Misspelt variables are reported with the name that was meant; those of other programs are not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Area } from '../../src/config/setting.ts';
import { settings } from '../../src/config/settings.ts';
import { specificationNames } from '../../src/config/specification-names.ts';
import { editDistance, nearest, unknownNames } from '../../src/config/unknown-names.ts';

const ownNames = Object.values<Area>(settings).flatMap((area) => Object.values(area).map(({ env }) => env));
const realNames = [...ownNames, ...specificationNames];
const didYouMean = (name: string): string => `is not the name of a setting; did you mean ${name}?`;

describe('a name that is not a setting', () => {
  it.each([
    ['OTEL_METRICS_EXPORT', 'OTEL_METRICS_EXPORTER'],
    ['OTEL_METRIC_EXPORTER', 'OTEL_METRICS_EXPORTER'],
    ['OTEL_METRICS_EXPORT_INTERVAL', 'OTEL_METRIC_EXPORT_INTERVAL'],
    ['OTEL_EXPORTER_OLTP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ['OTEL_SERVCIE_NAME', 'OTEL_SERVICE_NAME'],
    ['OTLE_SERVICE_NAME', 'OTEL_SERVICE_NAME'],
    ['PROMETL_METRICS_PATH', 'PROMTEL_METRICS_PATH'],
    ['otel_service_name', 'OTEL_SERVICE_NAME'],
    ['PROMTEL_METRIC_PATHS', 'PROMTEL_METRICS_PATH'],
    ['PROMTEL_PORT', 'OTEL_EXPORTER_PROMETHEUS_PORT'],
    ['PROMTEL_HOST', 'OTEL_EXPORTER_PROMETHEUS_HOST'],
    ['PROMTEL_BUCKETS', 'PROMTEL_METRIC_BUCKETS'],
    ['PROMTEL_GZIP', 'PROMTEL_PROMETHEUS_GZIP'],
  ])('%s is reported with the name that was meant, %s', (name, meant) => {
    expect(unknownNames({ [name]: 'x' })).toEqual([{ subject: name, message: didYouMean(meant) }]);
  });

  it('a name that is not a setting is reported without a similar name, where the prefix is PROMTEL_', () => {
    const message = 'is not the name of a setting; otel/settings.md lists them all';
    expect(unknownNames({ PROMTEL_COLOUR: 'red' })).toEqual([{ subject: 'PROMTEL_COLOUR', message }]);
    expect(unknownNames({ PROMTEL_: 'x' })).toEqual([{ subject: 'PROMTEL_', message }]);
  });

  it.each([
    'OTEL_COLLECTOR_SERVICE_HOST',
    'OTEL_JAVAAGENT_ENABLED',
    'OTEL_PYTHON_LOG_CORRELATION',
    'OTEL_INSTRUMENTATION_KAFKA_ENABLED',
    'OTEL_TRACES_ENABLED',
    'OTEL_',
    'OTEL',
    'PATH',
    'PROMPT_COMMAND',
    'PROMETHEUS_PORT',
    'PROXY_HOST',
    'HTTP_PROXY',
  ])('%s is left to other programs', (name) => {
    expect(unknownNames({ [name]: 'x' })).toEqual([]);
  });

  it('a name that is not a setting is not reported while it is empty', () => {
    expect(unknownNames({ PROMTEL_COLOUR: '', OTEL_METRICS_EXPORT: ' ', PROMTEL_X: undefined })).toEqual([]);
  });

  it('a name that is not a setting is not reported where Kubernetes sets it for a service called promtel', () => {
    const links = {
      PROMTEL_SERVICE_HOST: '10.0.0.1',
      PROMTEL_SERVICE_PORT: '9464',
      PROMTEL_SERVICE_PORT_METRICS: '9464',
      PROMTEL_PORT: 'tcp://10.0.0.1:9464',
      PROMTEL_PORT_9464_TCP: 'tcp://10.0.0.1:9464',
      PROMTEL_PORT_9464_TCP_PORT: '9464',
      PROMTEL_DEMO_PORT_9464_TCP_ADDR: '10.0.0.1',
    };
    expect(unknownNames(links)).toEqual([]);
  });

  it('a name that is not a setting is a setting in any case on Windows', () => {
    const env = new Proxy({ Otel_Service_Name: 'x' }, { get: () => 'x' });
    expect(unknownNames(env)).toEqual([]);
  });

  it('a name that is not a setting is never reported if it is a real one', () => {
    expect(unknownNames(Object.fromEntries(realNames.map((name) => [name, 'x'])))).toEqual([]);
  });

  it('a name that is not a setting is similar to a real one up to three edits, and left alone from the fourth', () => {
    expect(unknownNames({ OTEL_SERVICE_XXXE: 'x' })).toEqual([
      { subject: 'OTEL_SERVICE_XXXE', message: didYouMean('OTEL_SERVICE_NAME') },
    ]);
    expect(unknownNames({ OTEL_SERVICE_XXXX: 'x' })).toEqual([]);
  });

  it('a name that is not a setting is corrected to a real one after any single edit', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ownNames), fc.nat(), fc.constantFrom('', 'X', 'XX'), (name, position, inserted) => {
        const at = 5 + (position % (name.length - 5));
        const edited = name.slice(0, at) + inserted + name.slice(at + 1);
        fc.pre(!realNames.includes(edited));
        const [problem] = unknownNames({ [edited]: 'x' });
        expect(realNames.map(didYouMean)).toContain(problem?.message);
      }),
    );
  });

  it.each(['OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE'])('%s is reported to have no effect', (name) => {
    const message = 'is not read yet: promtel takes its settings from environment variables alone, so the file has no effect';
    expect(unknownNames({ [name]: 'otel.yaml' })).toEqual([{ subject: name, message }]);
  });
});

describe('the names of the specification', () => {
  it('the names of the specification are not settings of promtel as well', () => {
    expect(specificationNames.filter((name) => ownNames.includes(name))).toEqual([]);
    expect(new Set(specificationNames).size).toBe(specificationNames.length);
  });
});

describe('the edit distance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', '', 3],
    ['abc', 'abd', 1],
    ['abc', 'acb', 1],
    ['abc', 'xabc', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('the edit distance of %j and %j is %i', (one, other, edits) => {
    expect(editDistance(one, other)).toBe(edits);
    expect(editDistance(other, one)).toBe(edits);
  });

  it('the edit distance is never more than the longer text and never less than the difference in length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
        const edits = editDistance(one, other);
        expect(edits).toBeLessThanOrEqual(Math.max(one.length, other.length));
        expect(edits).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
        expect(edits === 0).toBe(one === other);
      }),
    );
  });

  it('the edit distance decides what is nearest, up to the last edit that is allowed', () => {
    expect(nearest('abcd', ['abxx', 'abcx', 'abcy'], 1)).toBe('abcx');
    expect(nearest('abcd', ['wxyz', 'xxxd'], 3)).toBe('xxxd');
    expect(nearest('abcd', ['xxxd'], 2)).toBeUndefined();
    expect(nearest('abcd', [], 3)).toBeUndefined();
  });
});
