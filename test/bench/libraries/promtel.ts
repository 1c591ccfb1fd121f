// promtel with a registry of its own and the page that its Prometheus endpoint serves.
import { counterNamed, histogramNamed, negotiate, Page, Registry } from '../kit/promtel.ts';
import { type Library, OPENMETRICS, TEXT } from './library.ts';

/** More than any benchmark records; the default limit of 2,000 would fold series together. */
const LIMIT = 200_000;

const registry = new Registry();
const counter = registry.instrument(counterNamed('requests', LIMIT));
const histogram = registry.instrument(histogramNamed('duration', LIMIT));
const page = new Page({ registry });

export const library: Library = {
  count: (labels) => counter.add(1, labels),
  observe: (labels, seconds) => histogram.record(seconds, labels),
  forms: ['', ';escaping=allow-utf-8', ';escaping=dots', ';escaping=values'].flatMap((escaping) => [
    TEXT + escaping,
    OPENMETRICS + escaping,
  ]),
  page: async (accept) => (await page.render(negotiate(accept))).chunks,
};
