// Shared by steps, who import it as 'lib/money'.
export const format = (cents) => `${(cents / 100).toFixed(2)} EUR`;
