/** The last row of a page: the next one begins after it. Rows are ordered by instant, then id. */
export interface Cursor {
  at: Date;
  id: string;
}

export interface Page<T> {
  items: T[];
  next: Cursor | null;
}

/** Makes a page of rows fetched with one more than `limit`, which tells whether there is more. */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (last: T) => Cursor): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? cursorOf(last) : null };
}
