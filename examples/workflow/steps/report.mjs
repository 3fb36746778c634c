import { format } from 'lib/money';

export default ({ customer, cents }) => ({ text: `${customer} owes ${format(cents)}` });
