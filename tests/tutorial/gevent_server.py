# 协程服务器：遇到 recv、accept 这样的等待时，gevent 自动切换到别的协程
# ruff: noqa: UP031
import gevent
from gevent import monkey, socket

# 把程序中用到的耗时操作的代码，换成 gevent 中自己实现的模块
monkey.patch_all()


# 处理客户端的请求并为其服务
def deal_with_client(new_socket, dest_addr):
    while True:
        recv_data = new_socket.recv(1024)
        if len(recv_data) > 0:
            print("recv[%s]:%s" % (str(dest_addr), recv_data.decode("gbk")))
            new_socket.send("ok!".encode("gbk"))
        else:
            new_socket.close()
            break


def main():
    server_socket = socket.socket()
    server_socket.bind(("", 7788))
    server_socket.listen(5)
    try:
        while True:
            new_socket, dest_addr = server_socket.accept()
            gevent.spawn(deal_with_client, new_socket, dest_addr)
    finally:
        server_socket.close()


if __name__ == "__main__":
    main()
