/**
 * A line of a table as spreadsheets read it (RFC 4180). What a spreadsheet would take for a formula is
 * marked as text by an apostrophe: whoever opens it must not run what somebody typed (OWASP, CSV
 * injection).
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
