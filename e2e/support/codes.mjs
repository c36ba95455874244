// Codes of an authenticator app, as a phone would show them (RFC 6238: SHA-1, 30 seconds, 6 digits). Owns no test.
import { createHmac } from "node:crypto";

/** The code of this base32 key at `at` milliseconds. */
export function authenticatorCode(key, at = Date.now()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", base32(key)).update(counter).digest();
  const offset = mac[19] & 15;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Resolves when the code of a new half-minute has begun, so that no code is used twice. */
export async function nextStep(at = Date.now()) {
  await new Promise((resolve) => setTimeout(resolve, 30_000 - (at % 30_000) + 50));
}

function base32(text) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text.replaceAll(/[\s=-]/g, "").toUpperCase()]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}
