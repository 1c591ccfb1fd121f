// The queue that the API fills and the worker empties.
export const SUMMARIES = 'summaries';
