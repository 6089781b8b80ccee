/** Stands for a library that diagrams could use and here do not. */
export default {};
