/** The cells of a table that is written as text, a row a line and `|` between the columns. */
export function rows(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => line.split("|").map((cell) => cell.trim()));
}
