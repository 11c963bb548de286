/** Names and messages come from the cluster; what would move the cursor or colour the terminal is shown as a point. */
export const printable = (text: string): string => text.replaceAll(/\p{C}/gu, '·');
