import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var WarehouseError=class extends Error{name="WarehouseError";condition;constructor(message,{condition=null,cause}={}){super(message,cause===void 0?{}:{cause}),this.condition=condition}};export{WarehouseError};
