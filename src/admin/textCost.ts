/** What a segment costs, as somebody has typed it; null where nobody has said. */
export interface Cost {
  typed: string;
  price: number | null;
  /** Whether what was typed is no price. */
  wrong: boolean;
}

/** Reads a price as people type it: `0.0079` or `0,0079`. */
export function readPrice(typed: string): Cost {
  const text = typed.trim();
  if (text === "") return { typed, price: null, wrong: false };
  if (!/^(\d{1,5}([.,]\d{1,6})?|[.,]\d{1,6})$/.test(text)) {
    return { typed, price: null, wrong: true };
  }
  return { typed, price: Number(text.replace(",", ".")), wrong: false };
}

/** What so many segments cost: in hundredths, or finer where the price is. */
export function costOf(segments: number, price: number): string {
  return (segments * price).toFixed(6).replace(/(\.\d\d\d*?)0+$/, "$1");
}
