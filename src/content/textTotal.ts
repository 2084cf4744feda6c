import type { Content } from "./content.ts";
import { type PreviewRequest, previewText } from "./preview.ts";

/** What the texts of one treatment come to where each step is sent by text once. */
export interface TextTotal {
  texts: number;
  segments: number;
  /** How many of the texts are in UCS-2, which more than doubles their price. */
  inUcs2: number;
}

/** The texts that every treatment brings: a retraction is sent only where something was too early. */
export function totalOfTexts(content: Content, request: PreviewRequest): TextTotal {
  const sizes = request.protocol.steps
    .filter(({ kind }) => kind !== "retraction")
    .flatMap((step) => previewText(content, request, step) ?? []);
  return {
    texts: sizes.length,
    segments: sizes.reduce((sum, { segments }) => sum + segments, 0),
    inUcs2: sizes.filter(({ encoding }) => encoding === "UCS-2").length,
  };
}

/** How many totals are remembered: those of some twenty clinics. */
const KEPT = 500;

/**
 * The same, remembered: of a clinic and a protocol they are the same until the program starts anew, and
 * cutting every text of every language into segments takes longer than the rest of a page.
 */
export function rememberTotals(content: Content): (request: PreviewRequest) => TextTotal {
  const known = new Map<string, TextTotal>();
  return (request) => {
    const { clinic, publicUrl, protocol, locale, privacy } = request;
    const { name, phone, postalAddress } = clinic;
    const own = [name, phone, postalAddress, clinic.locale, publicUrl];
    const key = JSON.stringify([...own, protocol.name, protocol.version, locale, privacy]);
    const total = known.get(key) ?? totalOfTexts(content, request);
    if (known.size >= KEPT) known.clear();
    known.set(key, total);
    return total;
  };
}
