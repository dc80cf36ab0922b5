/** The median of numbers, which it sorts; of an even count the upper one. */
export function median(numbers) {
  return numbers.sort((one, other) => one - other)[numbers.length >> 1];
}
