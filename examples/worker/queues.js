// The queues between the API and the worker.
export const ORDERS = 'orders';
export const MAIL = 'mail';
export const ALBUMS = 'albums';
