// The resource attributes: what is detected is right, and what the operator sets overrides it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { hostname, release, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detectResources, envDetector, hostDetector, osDetector, processDetector } from '@opentelemetry/resources';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/load.ts';
import { resourceAttributes } from '../../src/sdk/resource.ts';

/** Every detector, and nothing that the operator has set. */
const none = defaultConfig().resource;

describe('the resource', () => {
  it('the resource has what the official detectors detect, except arguments, which may hold a secret', async () => {
    const official = detectResources({ detectors: [hostDetector, osDetector, processDetector, envDetector] });
    await official.waitForAsyncAttributes?.();
    const { 'process.command_args': _, 'process.executable.name': __, ...expected } = official.attributes;
    const own = resourceAttributes(none);
    expect(own).toMatchObject(expected);
    expect(Object.keys(own)).not.toContain('process.command_args');
  });

  it('the resource has a service.instance.id of its own in every process', () => {
    const [one, other] = [resourceAttributes(none), resourceAttributes(none)];
    expect(one['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(one['service.instance.id']).not.toBe(other['service.instance.id']);
  });

  it('the resource has what the operator sets in place of what was detected', () => {
    const attributes = { 'service.name': 'by attribute', 'host.name': 'box', 'deployment.environment.name': 'test' };
    expect(resourceAttributes({ ...none, attributes })).toMatchObject(attributes);
    expect(resourceAttributes({ ...none, attributes, serviceName: 'by name' })['service.name']).toBe('by name');
  });

  it('the resource has only what the chosen detectors detect', () => {
    const own = resourceAttributes({ serviceName: 'x', attributes: { a: 'b' }, detectors: ['host'] });
    expect(own).toMatchObject({ 'host.name': hostname() });
    for (const prefix of ['process.', 'os.', 'container.', 'service.instance', 'a'])
      expect(Object.keys(own).filter((key) => key.startsWith(prefix))).toEqual([]);
    const kernel = resourceAttributes({ ...none, detectors: ['os', 'process'] });
    expect(kernel).toMatchObject({ 'os.version': release(), 'process.owner': userInfo().username });
  });

  it('the resource names promtel and the SDK', () => {
    expect(resourceAttributes({ ...none, detectors: [] })).toMatchObject({
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      'telemetry.distro.name': 'promtel',
      'telemetry.distro.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });
});

describe('the name of the service', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-resource-')));
  const resource = fileURLToPath(new URL('../../build/sdk/resource.js', import.meta.url));

  function serviceOf(script: string, cwd = folder): unknown {
    const file = join(folder, script);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(
      file,
      `import(${JSON.stringify(resource)}).then(({ resourceAttributes }) => console.log(JSON.stringify(resourceAttributes({ attributes: {}, detectors: [] }))))`,
    );
    const attributes = JSON.parse(execFileSync(process.execPath, [file], { cwd, encoding: 'utf8' })) as Record<string, unknown>;
    return [attributes['service.name'], attributes['service.version']];
  }

  it('the name of the service is service.name of the package.json of the program, else unknown_service', () => {
    expect(serviceOf('bare.cjs')).toEqual(['unknown_service:node', undefined]);
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app/package.json'), '{ "name": "@shop/web", "version": "4.5.6" }');
    expect(serviceOf('app/server.cjs')).toEqual(['@shop/web', '4.5.6']);
    expect(serviceOf('app/src/deep/server.cjs')).toEqual(['@shop/web', '4.5.6']);
  });

  it('the name of the service is service.name of the working directory where the program is an installed tool', () => {
    writeFileSync(join(folder, 'package.json'), '{ "name": "site" }');
    mkdirSync(join(folder, 'node_modules/tool'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/tool/package.json'), '{ "name": "tool" }');
    expect(serviceOf('node_modules/tool/cli.cjs')).toEqual(['site', undefined]);
  });
});
