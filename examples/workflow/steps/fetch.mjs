export default async function fetchOrders({ customer }) {
  return { customer, orders: await service('orders', customer) };
}
