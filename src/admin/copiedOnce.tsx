import { Notice } from "./pieces.tsx";

/** A secret that is shown this once, and a button that takes it to the clipboard. */
export function CopiedOnce({ secret, what = "Secret" }: { secret: string; what?: string }) {
  return (
    <>
      <Notice tone="warn">Copy it now: it is not shown again.</Notice>
      <div class="once">
        <label for="once">{what}</label>
        <input id="once" value={secret} readonly dir="ltr" spellcheck={false} />
        <button type="button" class="secondary" data-copy={secret}>
          Copy
        </button>
      </div>
    </>
  );
}
