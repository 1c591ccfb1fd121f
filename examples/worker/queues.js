// The queues that the API fills and the worker empties.
export const ORDERS = 'orders';
export const MAIL = 'mail';
export const ALBUMS = 'albums';
