// What an SMS costs: its parts, cut as the server cuts them, and the characters that make a part dearer.
const { gettext, ngettext } = window.zrg;
const SMS_PART = 160;
const GSM7 = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€\f");
const length = (text) => [...text.normalize("NFC")].length;

export function show(place, text) {
  const size = length(text.trim()), parts = smsParts(text), most = Number(place.dataset.most), tooMany = parts.length > most;
  const dear = [...new Set(text)].filter((one) => !GSM7.has(one));
  const count = `${size} · ${ngettext("{n} part", "{n} parts", parts.length)}${tooMany ? ` ${gettext("(at most {most})", { most })}` : ""}`;
  place.textContent = size ? count + (dear.length ? ` · ${gettext("“{characters}” billed per 70 characters", { characters: dear.slice(0, 3).join(" ") })}` : "") : "";
  place.dataset.tone = tooMany ? "bad" : dear.length ? "warn" : "";
}

// At lines of ---, then after sentences, then after words, never inside a link.
function smsParts(text) {
  const parts = [[]];
  for (const line of text.replace(/\r\n/g, "\n").split("\n")) /^[ \t]*-{3,}[ \t]*$/.test(line) ? parts.push([]) : parts.at(-1).push(line);
  return parts.map((lines) => lines.join("\n").trim()).filter(Boolean).flatMap(divided);
}

function divided(part) {
  if (length(part) <= SMS_PART) return [part];
  const pieces = [""];
  for (const unit of part.match(/[\s\S]+?(?:(?<=[.!?…])\s+|\n\s*|$)/g).flatMap(units)) {
    if (length((pieces.at(-1) + unit).trimEnd()) <= SMS_PART) pieces[pieces.length - 1] += unit;
    else pieces.push(unit);
  }
  return pieces.map((piece) => piece.trim()).filter(Boolean);
}

function units(sentence) {
  if (length(sentence.trimEnd()) <= SMS_PART) return [sentence];
  return sentence.match(/\S+\s*/g).flatMap((word) => {
    const letters = [...word];
    if (word.includes("://")) return [word];
    return Array.from({ length: Math.ceil(letters.length / SMS_PART) }, (_, at) => letters.slice(at * SMS_PART, (at + 1) * SMS_PART).join(""));
  });
}
