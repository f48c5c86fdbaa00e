/** Stands for the value of a key that a client's frame gives twice: no schema accepts it. */
export const DUPLICATE: unique symbol = Symbol("duplicate");
