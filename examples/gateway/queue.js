// The queue between the API and the worker.
export const SUMMARIES = 'summaries';
