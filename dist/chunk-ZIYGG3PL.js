import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
function cancelledBySignal(){let controller=new AbortController;for(let name of["SIGINT","SIGTERM"])process.once(name,()=>controller.abort());return controller.signal}export{cancelledBySignal};
