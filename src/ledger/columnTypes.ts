import pg from "pg";

const { INT8, DATE, TIMESTAMP } = pg.types.builtins;
// The array types are not among the names.
const TEXT_ARRAY: number = 1009;
const INT8_ARRAY = 1016;

const textArray: (text: string) => (string | null)[] = pg.types.getTypeParser(TEXT_ARRAY);

/**
 * How columns become values on both engines, beside `pg`'s defaults: `int8` is a number (what is
 * counted here, and milliseconds, stay far below 2^53), and what has no zone stays text, where `pg`
 * would take it for this machine's local time.
 */
const PARSERS = new Map<number, (text: string) => unknown>([
  [INT8, Number],
  [INT8_ARRAY, (text) => textArray(text).map((item) => (item === null ? null : Number(item)))],
  [DATE, (text) => text],
  [TIMESTAMP, (text) => text],
]);

/** For the `types` of a `pg` pool: nothing is changed for others who use `pg` in this process. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    const own = format === "binary" ? undefined : PARSERS.get(oid);
    return own ?? pg.types.getTypeParser(oid, format);
  },
};
