// Command pstest serves Go's in-memory Pub/Sub on a port of 127.0.0.1 until it is ended.
//
// It was written apart from Google's emulator: a contract that both keep is not one server's habit.
package main

import (
	"fmt"
	"os"
	"strconv"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pstest PORT")
		os.Exit(2)
	}
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "not a port:", os.Args[1])
		os.Exit(2)
	}
	server := pstest.NewServerWithPort(port)
	fmt.Println("listening on", server.Addr)
	select {}
}
