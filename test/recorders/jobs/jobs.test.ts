// An attempt to process a job is active until it ends, and is recorded once by its outcome; retries and stalls begin at 0.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { JobAttempt, JobRecorder, type JobSeries } from '../../../src/recorders/jobs/jobs.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

/** A fake clock for durations, which only tests advance. */
const clock = vi.hoisted(() => ({ millis: 0 }));
vi.mock('../../../src/core/clock.ts', () => ({ nowMillis: () => clock.millis }));

const KIND = { 'queue.name': 'mail', 'job.name': 'welcome' };

let registry: Registry;
let jobs: JobRecorder;
let series: JobSeries;
beforeEach(() => {
  registry = new Registry();
  jobs = new JobRecorder(registry);
  series = jobs.seriesOf('mail', 'welcome');
});

const seriesIn = (metric: string): object[] => seriesOf(registry, metric);

describe('an attempt to process a job', () => {
  it('an attempt to process a job is active until it ends, and has its seconds recorded once', () => {
    const attempt = new JobAttempt(series);
    expect(seriesIn('job.active')).toEqual([{ ...KIND, value: 1 }]);
    clock.millis += 1500;
    attempt.end('completed');
    attempt.end('failed', 'Error');
    expect(seriesIn('job.active')).toEqual([{ ...KIND, value: 0 }]);
    expect(seriesIn('job.duration')).toEqual([{ ...KIND, 'job.outcome': 'completed', value: 1, sum: 1.5 }]);
  });

  it('an attempt to process a job lasts until its work is finished, whatever comes after', () => {
    const attempt = new JobAttempt(series);
    clock.millis += 500;
    attempt.stopClock();
    clock.millis += 1000;
    attempt.end('completed');
    expect(seriesIn('job.duration')).toMatchObject([{ sum: 0.5 }]);
  });

  it('an attempt to process a job that is to be repeated counts as a retry, and one that failed for good does not', () => {
    new JobAttempt(series).end('retried', 'ECONNREFUSED');
    new JobAttempt(series).end('failed', 'RangeError');
    expect(seriesIn('job.duration')).toMatchObject([
      { ...KIND, 'job.outcome': 'retried', 'error.type': 'ECONNREFUSED', value: 1 },
      { ...KIND, 'job.outcome': 'failed', 'error.type': 'RangeError', value: 1 },
    ]);
    expect(seriesIn('job.retries')).toEqual([{ ...KIND, value: 1 }]);
  });

  it('an attempt to process a job without an outcome is active no longer, and is not recorded', () => {
    new JobAttempt(series).end();
    expect([seriesIn('job.active'), seriesIn('job.duration')]).toEqual([[{ ...KIND, value: 0 }], []]);
  });

  it('an attempt to process a job that is active when recording stops is taken back, and not recorded', () => {
    const attempt = new JobAttempt(series);
    jobs.stop();
    attempt.end('completed');
    expect([seriesIn('job.active'), seriesIn('job.duration')]).toEqual([[{ ...KIND, value: 0 }], []]);
  });

  it('an attempt to process a job of two recorders of one registry is taken back by its own', () => {
    const other = new JobRecorder(registry);
    void new JobAttempt(series);
    void new JobAttempt(other.seriesOf('mail', 'welcome'));
    other.stop();
    expect(seriesIn('job.active')).toEqual([{ ...KIND, value: 1 }]);
  });
});

describe('a kind of job', () => {
  it('a kind of job has its series looked up once', () => {
    expect(jobs.seriesOf('mail', 'other')).not.toBe(series);
    expect(jobs.seriesOf('other', 'welcome')).not.toBe(series);
    expect(jobs.seriesOf('mail', 'welcome')).toBe(series);
  });

  it('a kind of job keeps its series after a thousand others, though it was forgotten', () => {
    series.countAdded();
    for (let index = 0; index < 1000; index += 1) jobs.seriesOf('mail', `job-${index}`);
    jobs.seriesOf('mail', 'welcome').countAdded();
    expect(seriesIn('job.added')).toEqual([{ ...KIND, value: 2 }]);
  });

  it('a kind of job has the jobs that were added, that waited and that stalled recorded', () => {
    series.countAdded(3);
    series.recordWait(2.5);
    series.countStalls();
    expect(seriesIn('job.added')).toEqual([{ ...KIND, value: 3 }]);
    expect(seriesIn('job.wait.duration')).toEqual([{ ...KIND, value: 1, sum: 2.5 }]);
    expect(seriesIn('job.stalled')).toEqual([{ ...KIND, value: 1 }]);
  });

  it('a kind of job has 0 retries from its first attempt on, and 0 stalls where they are seen', () => {
    expect([seriesIn('job.retries'), seriesIn('job.stalled')]).toEqual([[], []]);
    void new JobAttempt(series);
    series.initStalls();
    expect([seriesIn('job.retries'), seriesIn('job.stalled')]).toEqual([[{ ...KIND, value: 0 }], [{ ...KIND, value: 0 }]]);
  });

  it('a kind of job may have no queue or no name', () => {
    jobs.seriesOf(undefined, 'welcome').countAdded();
    jobs.seriesOf('mail', undefined).countAdded();
    expect(seriesIn('job.added')).toEqual([
      { 'job.name': 'welcome', value: 1 },
      { 'queue.name': 'mail', value: 1 },
    ]);
  });
});
