// How Stripe's published types (of its Node SDK) meet what goes over the wire.
import type Stripe from "stripe";

// Stripe's enums stay open for words to come; here only the words that it names are taken.
type Named<T> = T extends string ? (string extends T ? never : T) : never;
type Text<T> = [Named<T>] extends [never] ? T : Named<T>;

/** A type of parameters, as a form writes them: every leaf is a text. */
export type Form<T> = Text<Extract<T, string>> | FormOther<Exclude<T, string>>;
type FormOther<T> = T extends number
  ? `${number}`
  : T extends boolean
    ? `${T}`
    : T extends (infer U)[]
      ? Form<U>[]
      : T extends object
        ? { [K in keyof T]: Form<T[K]> }
        : T;

/** A type of objects, as JSON writes them: the SDK's decimals are texts. */
export type Json<T> = Text<Extract<T, string>> | JsonOther<Exclude<T, string>>;
type JsonOther<T> = T extends { isZero(): boolean; toNumber(): number }
  ? string
  : T extends (infer U)[]
    ? Json<U>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

export type { Stripe };
